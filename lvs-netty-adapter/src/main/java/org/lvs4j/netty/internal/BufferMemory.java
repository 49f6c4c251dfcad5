package org.lvs4j.netty.internal;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.util.function.ToLongFunction;

/** The memory of Netty's default allocator, from which all buffers of this project come. Thread-safe. */
public final class BufferMemory {
    private BufferMemory() {}

    /** The bytes outside of the heap that the allocator holds, in use or kept for the next buffers; NaN if it does not tell. */
    public static double directBytes() {
        return read(ByteBufAllocatorMetric::usedDirectMemory);
    }

    /** The same of the heap. */
    public static double heapBytes() {
        return read(ByteBufAllocatorMetric::usedHeapMemory);
    }

    private static double read(ToLongFunction<ByteBufAllocatorMetric> value) {
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            long bytes = value.applyAsLong(provider.metric());
            return bytes < 0 ? Double.NaN : bytes;
        }
        return Double.NaN;
    }

    /**
     * The most bytes outside of the heap that Netty may allocate: {@code -Dio.netty.maxDirectMemory}, or {@code
     * -XX:MaxDirectMemorySize}, or the size of the heap. Constant; costs some microseconds.
     */
    public static long maxDirectBytes() {
        long ofNetty = Long.getLong("io.netty.maxDirectMemory", -1);
        return ofNetty > 0 ? ofNetty : ofTheMachine();
    }

    private static long ofTheMachine() {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean != null) {
            try {
                long option =
                        Long.parseLong(bean.getVMOption("MaxDirectMemorySize").getValue());
                if (option > 0) {
                    return option;
                }
            } catch (IllegalArgumentException e) {
                // A virtual machine without that option, or one whose limit is not a number.
                return Runtime.getRuntime().maxMemory();
            }
        }
        return Runtime.getRuntime().maxMemory();
    }
}
