package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in which a buffer has leaked. Every buffer is tracked; a leak is reported after
 * a garbage collection.
 */
@SuppressWarnings("exports")
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    /** For JUnit. */
    public LeakCheck() {}

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // What another class in this JVM has left, such as a server of another library, is reported now, not after this
        // class.
        leaks();
        LEAKS.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        assertThat(leaks()).as("leaked buffers").isEmpty();
    }

    /** The leaks so far. */
    static List<String> leaks() {
        collectGarbage();
        // Netty reports leaks when it allocates further buffers.
        for (int i = 0; i < 8; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        return new ArrayList<>(LEAKS);
    }

    static void leakOneBuffer() {
        ByteBuf leaked = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        leaked.writeByte(1);
    }

    static void clear() {
        LEAKS.clear();
    }

    private static void collectGarbage() {
        for (int i = 0; i < 2; i++) {
            WeakReference<Object> canary = new WeakReference<>(new Object());
            Loopback.await("a collection of garbage", () -> {
                System.gc();
                return canary.get() == null;
            });
        }
    }
}
