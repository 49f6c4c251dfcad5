package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/** Servers that come and go do not fill the log. */
final class EventLogTest {
    private static final int MOST = 5;

    private final List<String> lines = new ArrayList<>();

    private Logger logger() {
        LoggingEventBuilder builder = (LoggingEventBuilder) Proxy.newProxyInstance(
                Logger.class.getClassLoader(),
                new Class<?>[] {LoggingEventBuilder.class},
                (proxy, method, arguments) -> add(String.valueOf(arguments[1])));
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    return method.getName().equals("atLevel")
                            ? builder
                            : add(method.getName() + " " + List.of((Object[]) arguments[1]));
                });
    }

    private @Nullable Object add(String line) {
        lines.add(line);
        return null;
    }

    @Test
    void log_serverThatFlaps_linesOfBothKindsAreLimitedAndCounted() {
        LimitedLog limited = new LimitedLog(logger(), MOST);
        EventLog events = new EventLog(limited);
        RealServer server = RealServer.of("10.0.0.1:80");
        for (int i = 0; i < 100; i++) {
            events.log(new HealthEvent.ServerChanged(
                    "web", List.of(ServiceKey.named("web")), server, i % 2 == 1, "probe " + i));
            events.flush();
        }
        assertThat(lines).hasSize(2 * MOST).first().isEqualTo("web: 10.0.0.1:80 is down: probe 0");
        limited.close();
        assertThat(lines.subList(2 * MOST, lines.size()))
                .containsExactly(
                        "warn [servers down, 45, lines were, web: 10.0.0.1:80 is down: probe 98]",
                        "warn [servers up, 45, lines were, web: 10.0.0.1:80 is up: probe 99]");
    }
}
