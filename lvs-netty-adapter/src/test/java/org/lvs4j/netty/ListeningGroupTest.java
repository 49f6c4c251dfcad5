package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** The sockets of a wildcard address follow the addresses of the host. */
final class ListeningGroupTest {
    @BeforeEach
    void requireLinux() {
        assumeThat(System.getProperty("os.name"))
                .as("SKIPPED: only Linux has every address of 127.0.0.0/8")
                .isEqualTo("Linux");
    }

    static RelayState state(Director director, Transport transport) {
        return new RelayState(
                director,
                new RelayOptions(
                        transport,
                        1,
                        1,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        0,
                        null,
                        100,
                        128 * 1024,
                        100,
                        Duration.ZERO,
                        0,
                        null,
                        List.of()));
    }

    private static void host(RelayState state, String... addresses) throws IOException {
        Set<LocalAddress> ipv4 = new LinkedHashSet<>();
        for (String address : addresses) {
            ipv4.add(local(address));
        }
        state.local(new LocalAddresses(ipv4, Set.of(), Set.of()));
    }

    private static LocalAddress local(String address) throws IOException {
        return LocalAddress.of(InetAddress.getByName(address));
    }

    private static void run(Transport transport, Protocol protocol, GroupTest test) throws Exception {
        Loopback.assumeAvailable(transport);
        RelayState state = state(Director.create(), transport);
        RelayLoops loops = RelayLoops.of(state, null);
        try {
            ListenAddress address = new ListenAddress(protocol, Endpoint.parse("0.0.0.0:0"), 0);
            ListeningGroup group = new ListeningGroup(state, loops.group(), address, true);
            test.accept(state, group);
            group.unbind();
        } finally {
            loops.end();
        }
    }

    private interface GroupTest {
        void accept(RelayState state, ListeningGroup group) throws Exception;
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void followLocal_addressesComeAndGo_socketsToo(Transport transport) throws Exception {
        run(transport, Protocol.UDP, (state, group) -> {
            host(state, "127.0.0.1");
            group.bind(true, Set.of());
            assertThat(group.locals()).containsExactly(local("127.0.0.1"));

            host(state, "127.0.0.1", "127.0.0.3");
            assertThat(group.followLocal(Set.of())).isEmpty();
            assertThat(group.locals()).hasSize(2).contains(local("127.0.0.3"));

            host(state, "127.0.0.3");
            assertThat(group.followLocal(Set.of())).isEmpty();
            assertThat(group.locals()).containsExactly(local("127.0.0.3"));

            assertThat(group.followLocal(Set.of(local("127.0.0.3")))).isEmpty();
            assertThat(group.locals()).isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void followLocal_addressNotUsableYet_noProblemAndTriedAgain(Transport transport) throws Exception {
        run(transport, Protocol.UDP, (state, group) -> {
            host(state, "127.0.0.1", "198.51.100.1");
            group.bind(true, Set.of());
            assertThat(group.followLocal(Set.of())).isEmpty();
            assertThat(group.locals()).containsExactly(local("127.0.0.1"));
        });
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void unbind_afterBind_portIsFree(Transport transport) throws Exception {
        run(transport, Protocol.TCP, (state, group) -> {
            host(state, "127.0.0.1");
            group.bind(true, Set.of());
            int port = group.bound().getPort();
            new Socket("127.0.0.1", port).close();
            group.unbind();

            Loopback.await("closed", () -> {
                try {
                    new Socket("127.0.0.1", port).close();
                    return false;
                } catch (IOException e) {
                    return e instanceof ConnectException;
                }
            });
            assertThat(group.locals()).isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void bind_portOfOneAddressInUse_nothingStaysBound(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            RelayState state = state(Director.create(), transport);
            RelayLoops loops = RelayLoops.of(state, null);
            try {
                host(state, "127.0.0.3", "127.0.0.1");
                ListenAddress address =
                        new ListenAddress(Protocol.UDP, Endpoint.parse("0.0.0.0:" + other.getLocalPort()), 0);
                ListeningGroup group = new ListeningGroup(state, loops.group(), address, true);

                assertThatThrownBy(() -> group.bind(true, Set.of())).hasMessage("Address already in use");
                new DatagramSocket(new InetSocketAddress("127.0.0.3", other.getLocalPort())).close();
            } finally {
                loops.end();
            }
        }
    }
}
