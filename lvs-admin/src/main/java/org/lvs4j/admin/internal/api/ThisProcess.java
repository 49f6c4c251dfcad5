package org.lvs4j.admin.internal.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * This process, as a person tells it from others.
 *
 * @param host the name of the host, without a question to a name server
 * @param originNanos when this was made, by {@link System#nanoTime()}
 * @param age of the process at that time
 */
record ThisProcess(String host, long originNanos, Duration age) {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    static ThisProcess now() {
        Instant now = Instant.now();
        Instant start = ProcessHandle.current().info().startInstant().orElse(now);
        Duration age = Duration.between(start, now);
        return new ThisProcess(hostName(), System.nanoTime(), age.isNegative() ? Duration.ZERO : age);
    }

    private static String hostName() {
        String name = System.getenv().getOrDefault("HOSTNAME", System.getenv().getOrDefault("COMPUTERNAME", ""));
        try {
            name = Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            // Another system than Linux.
        }
        return name.isEmpty() ? "localhost" : name;
    }

    /** A time of this clock in milliseconds since this was made: it does not jump when the time of day is set. */
    long monotonicMillis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos - originNanos);
    }

    /** For how long the process has been running. */
    long uptimeSeconds(long nanos) {
        return age.plusNanos(nanos - originNanos).toSeconds();
    }
}
