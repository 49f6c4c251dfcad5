package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggingEventBuilder;

/** A number of lines a minute of each kind. */
final class LimitedLogTest {
    private static final int MOST = 3;

    private final List<String> lines = new ArrayList<>();
    private final long[] now = {Long.MAX_VALUE - 1};
    private final LimitedLog log = new LimitedLog(logger(), MOST, () -> now[0]);

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("atLevel")) {
                        return builder((Level) arguments[0]);
                    }
                    assertThat(method.getName()).isEqualTo("warn");
                    lines.add("WARN " + text(arguments));
                    return null;
                });
    }

    private LoggingEventBuilder builder(Level level) {
        return (LoggingEventBuilder) Proxy.newProxyInstance(
                Logger.class.getClassLoader(),
                new Class<?>[] {LoggingEventBuilder.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("log");
                    lines.add(level + " " + text(arguments));
                    return null;
                });
    }

    private static String text(Object... arguments) {
        Object[] values =
                arguments[1] instanceof Object[] array ? array : Arrays.copyOfRange(arguments, 1, arguments.length);
        return MessageFormatter.arrayFormat((String) arguments[0], values).getMessage();
    }

    private void logAll(int from, int to) {
        for (int i = from; i < to; i++) {
            log.log(Level.INFO, "servers up", "server " + i);
        }
    }

    private void pass(long nanos) {
        now[0] += nanos;
    }

    @Test
    void log_moreThanAllowedInAMinute_countedAndToldAfterIt() {
        logAll(0, 10);
        log.summarize();
        assertThat(lines).containsExactly("INFO server 0", "INFO server 1", "INFO server 2");

        pass(LimitedLog.INTERVAL_NANOS);
        log.summarize();
        log.summarize();
        log.close();
        assertThat(lines)
                .hasSize(4)
                .last()
                .isEqualTo("WARN servers up: 7 more lines were left out, the last one: server 9");
    }

    @Test
    void log_nextMinute_theCountIsToldBeforeItsLines() {
        logAll(0, 4);
        pass(LimitedLog.INTERVAL_NANOS);
        logAll(4, 5);
        assertThat(lines.subList(3, 5))
                .containsExactly("WARN servers up: 1 more line was left out, the last one: server 3", "INFO server 4");
    }

    @Test
    void log_otherKind_hasItsOwnLines() {
        logAll(0, 10);
        log.log(Level.WARN, "servers down", "server 1");
        assertThat(lines).hasSize(MOST + 1).last().isEqualTo("WARN server 1");
    }

    @Test
    void close_withinTheMinute_tellsTheCount() {
        logAll(0, MOST + 2);
        log.close();
        assertThat(lines).last().isEqualTo("WARN servers up: 2 more lines were left out, the last one: server 4");
    }
}
