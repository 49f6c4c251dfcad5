package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.net.Endpoint;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** One line for each reason, until the source works again. */
final class LoggedObserverTest {
    private final List<String> lines = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final ServerSource.Observer observer = new LoggedObserver(new Told(), "orders.example", logger());

    /** Refuses more than one server. */
    private final class Told implements ServerSource.Observer {
        @Override
        public void found(Collection<FoundServer> servers) {
            if (servers.size() > 1) {
                throw new IllegalArgumentException("too many");
            }
            told.add("found " + servers.size());
        }

        @Override
        public void failed(Throwable cause) {
            told.add("failed " + cause.getMessage());
        }
    }

    private static FoundServer server(String endpoint) {
        return FoundServer.of(Endpoint.parse(endpoint));
    }

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    Object[] values = Arrays.copyOfRange(arguments, 1, arguments.length);
                    lines.add(method.getName() + " "
                            + MessageFormatter.arrayFormat((String) arguments[0], values)
                                    .getMessage());
                    return null;
                });
    }

    @Test
    void failed_severalTimes_oneLineForEachReason() {
        observer.found(List.of());
        observer.failed(new IOException("no answer"));
        observer.failed(new IOException("no answer"));
        observer.failed(new IOException("NXDOMAIN"));
        observer.found(List.of());
        observer.found(List.of());
        observer.failed(new IOException("NXDOMAIN"));
        observer.failed(new IllegalStateException());
        assertThat(lines)
                .containsExactly(
                        "warn orders.example: no answer; the servers found last stay",
                        "warn orders.example: NXDOMAIN; the servers found last stay",
                        "info orders.example: servers are found again",
                        "warn orders.example: NXDOMAIN; the servers found last stay",
                        "warn orders.example: java.lang.IllegalStateException; the servers found last stay");
        assertThat(told)
                .containsExactly(
                        "found 0",
                        "failed no answer",
                        "failed no answer",
                        "failed NXDOMAIN",
                        "found 0",
                        "found 0",
                        "failed NXDOMAIN",
                        "failed null");
    }

    @Test
    void found_refused_loggedAndThrown() {
        List<FoundServer> two = List.of(server("10.0.0.1:80"), server("10.0.0.2:80"));
        assertThatThrownBy(() -> observer.found(two)).hasMessage("too many");
        assertThatThrownBy(() -> observer.found(two)).hasMessage("too many");
        observer.found(List.of());
        assertThat(lines)
                .containsExactly(
                        "warn orders.example: the servers found are refused: too many",
                        "info orders.example: servers are found again");
    }
}
