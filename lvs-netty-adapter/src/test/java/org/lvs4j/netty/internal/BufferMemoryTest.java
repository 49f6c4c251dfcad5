package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

final class BufferMemoryTest {
    /** So large that no other test holds or gives back as much at the same time. */
    private static final int BYTES = 24 << 20;

    @Test
    void directBytes_bufferAllocated_containsIt() {
        double before = BufferMemory.directBytes();
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(BYTES);
        try {
            assertThat(BufferMemory.directBytes() - before).isGreaterThan(BYTES / 2);
        } finally {
            buffer.release();
        }
        assertThat(BufferMemory.directBytes() - before).isLessThan(BYTES / 2);
    }

    @Test
    void heapBytes_bufferAllocated_containsIt() {
        double before = BufferMemory.heapBytes();
        ByteBuf buffer = ByteBufAllocator.DEFAULT.heapBuffer(BYTES);
        try {
            assertThat(BufferMemory.heapBytes() - before).isGreaterThan(BYTES / 2);
        } finally {
            buffer.release();
        }
    }

    @Test
    void maxDirectBytes_propertyOfNetty_itsValueOrThatOfTheMachine() {
        String before = System.getProperty("io.netty.maxDirectMemory");
        try {
            System.setProperty("io.netty.maxDirectMemory", "12345678");
            assertThat(BufferMemory.maxDirectBytes()).isEqualTo(12_345_678);
            System.setProperty("io.netty.maxDirectMemory", "0");
            assertThat(BufferMemory.maxDirectBytes()).isGreaterThan(1 << 20);
        } finally {
            if (before == null) {
                System.clearProperty("io.netty.maxDirectMemory");
            } else {
                System.setProperty("io.netty.maxDirectMemory", before);
            }
        }
    }
}
