package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lvs4j.net.Protocol;

/** Buffers for datagrams while memory lasts and while it does not. */
@ExtendWith(LeakCheck.class)
final class DatagramReadsTest {
    private static final int LARGE = 65_535;

    private final RecvByteBufAllocator reads = new DatagramReads(LARGE);

    private static ByteBufAllocator withoutMemoryForLargeBuffers() {
        return (ByteBufAllocator) Proxy.newProxyInstance(
                ByteBufAllocator.class.getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (proxy, method, arguments) -> {
                    if ((int) arguments[0] >= LARGE) {
                        throw new OutOfMemoryError("for the test");
                    }
                    try {
                        return method.invoke(UnpooledByteBufAllocator.DEFAULT, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static ByteBuf read(ByteBuf buffer, int bytes) {
        return buffer.writeZero(bytes);
    }

    @Test
    void allocate_noMemory_smallBufferWhoseFillIsSuspect() {
        ByteBuf buffer = reads.newHandle().allocate(withoutMemoryForLargeBuffers());
        assertThat(buffer.capacity()).isEqualTo(DatagramReads.SMALL_BYTES);
        read(buffer, DatagramReads.SMALL_BYTES - 1);
        assertThat(DatagramReads.maybeCut(buffer)).isFalse();
        read(buffer, 1);
        assertThat(DatagramReads.maybeCut(buffer)).isTrue();
        assertThat(DatagramReads.maybeCut(buffer.slice())).isTrue();
        buffer.release();
    }

    @Test
    void allocate_enoughMemory_largeBufferWhoseFillIsNot() {
        ByteBuf buffer = reads.newHandle().allocate(PooledByteBufAllocator.DEFAULT);
        assertThat(buffer.capacity()).isEqualTo(LARGE);
        read(buffer, DatagramReads.SMALL_BYTES);
        assertThat(DatagramReads.maybeCut(buffer)).isFalse();
        assertThat(DatagramReads.maybeCut(buffer.slice(0, DatagramReads.SMALL_BYTES)))
                .isFalse();
        buffer.release();
    }

    @Test
    void relay_datagramOfTheSmallSize_arrives() throws Exception {
        try (UdpEchoServer server = new UdpEchoServer();
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.UDP)
                        .start();
                UdpClient client = UdpClient.of(relay)) {
            for (int size = DatagramReads.SMALL_BYTES - 1; size <= DatagramReads.SMALL_BYTES + 1; size++) {
                client.sendZeros(size);
                assertThat(client.receive()).hasSize(size);
            }
        }
    }
}
