package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

class WarningsTest {
    private final List<String> lines = new ArrayList<>();
    private long nanos = Long.MAX_VALUE - 1;
    private final Warnings warnings = new Warnings(logger(), () -> nanos);

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("warn");
                    lines.add(MessageFormatter.format((String) arguments[0], arguments[1], arguments[2])
                            .getMessage());
                    return null;
                });
    }

    @Test
    void warn_sameKindWithinMinute_leftOutAndCounted() {
        assertThat(warnings.warn("rule", "a rule")).isTrue();
        assertThat(warnings.warn("rule", "a rule")).isFalse();
        assertThat(warnings.warn("rule", "a rule")).isFalse();
        assertThat(warnings.warn("route", "a route")).isTrue();
        nanos += TimeUnit.SECONDS.toNanos(60);
        assertThat(warnings.warn("rule", "two rules")).isTrue();

        assertThat(lines)
                .containsExactly("a rule", "a route", "two rules (2 similar lines since the last one were left out)");
    }
}
