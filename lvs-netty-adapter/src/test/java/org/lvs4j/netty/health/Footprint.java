package org.lvs4j.netty.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds.
 *
 * @param descriptors open files and sockets
 * @param processes running descendants
 * @param threads threads of the JVM
 * @param heapBytes the used heap
 */
record Footprint(long descriptors, long processes, long threads, long heapBytes) {
    static Footprint now() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return new Footprint(
                    open.count(),
                    ProcessHandle.current().descendants().count(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The smaller one of each number: work that is under way comes and goes. */
    Footprint least(Footprint other) {
        return new Footprint(
                Math.min(descriptors, other.descriptors),
                Math.min(processes, other.processes),
                Math.min(threads, other.threads),
                Math.min(heapBytes, other.heapBytes));
    }

    @Override
    public String toString() {
        return descriptors + " descriptors, " + processes + " processes, " + threads + " threads, " + (heapBytes >> 10)
                + " KiB of heap";
    }
}
