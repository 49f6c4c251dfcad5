package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** One line a minute of each kind. */
final class RateLimitedLogTest {
    private final List<String> lines = new ArrayList<>();
    private final long[] now = {Long.MAX_VALUE - 1};
    private final RateLimitedLog log = new RateLimitedLog(logger(), () -> now[0]);

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("warn");
                    Object[] values = arguments[1] instanceof Object[] array
                            ? array
                            : Arrays.copyOfRange(arguments, 1, arguments.length);
                    lines.add(MessageFormatter.arrayFormat((String) arguments[0], values)
                            .getMessage());
                    return null;
                });
    }

    private void pass(long nanos) {
        now[0] += nanos;
    }

    @Test
    void warn_sameKindWithinAMinute_oneLineThenACount() {
        for (int i = 0; i < 1000; i++) {
            log.warn("{}: dropped: {}", "service" + i, "full");
        }
        log.summarize();
        assertThat(lines).containsExactly("service0: dropped: full");

        pass(RateLimitedLog.INTERVAL_NANOS);
        log.summarize();
        log.summarize();
        assertThat(lines)
                .containsExactly("service0: dropped: full", "service999: dropped: full (998 more such lines left out)");
    }

    @Test
    void warn_kindsOfReasons_oneLineEach() {
        IOException failure = new IOException("the reason");
        for (int i = 0; i < 5; i++) {
            log.warn("{}: failed: {}", "service", "server", SocketFailure.DESCRIPTORS, failure);
            log.warn("{}: failed: {}", "service", "server", SocketFailure.OTHER, failure);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("service: failed: server: too many open files");
        assertThat(lines.get(1)).isEqualTo("service: failed: server: the reason");
    }

    @Test
    void warn_afterAQuietMinute_lineWithoutACount() {
        log.warn("{}: dropped: {}", "service", "full");
        pass(RateLimitedLog.INTERVAL_NANOS);
        log.summarize();
        log.warn("{}: dropped: {}", "service", "full");
        assertThat(lines).containsExactly("service: dropped: full", "service: dropped: full");
    }

    @Test
    void warn_moreKindsThanTheCeiling_shareOneLine() {
        for (int i = 0; i < 10_000; i++) {
            log.warn("message " + i + " {} {}", "a", "b");
        }
        assertThat(lines).hasSizeLessThan(300);
    }

    @Test
    void close_linesLeftOut_areCounted() {
        for (int i = 0; i < 3; i++) {
            log.warn("{}: dropped: {}", "service", "full");
        }
        log.close();
        assertThat(lines).last().isEqualTo("service: dropped: full (1 more such line left out)");
    }
}
