package org.lvs4j.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of connection states against IPVS. */
final class ConnectionStateTest {
    @Test
    void active_everyState_thoseOfIpvs() {
        assertThat(Stream.of(ConnectionState.values()).filter(ConnectionState::active))
                .containsExactlyInAnyOrder(
                        ConnectionState.ESTABLISHED,
                        ConnectionState.SYN_SENT,
                        ConnectionState.SYN_RECV,
                        ConnectionState.SYNACK,
                        ConnectionState.SCTP_ESTABLISHED);
    }

    @Test
    void defaultTimeout_everyState_thatOfIpvs() {
        assertThat(Stream.of(ConnectionState.values()).map(ConnectionState::defaultTimeoutSeconds))
                .containsExactly(
                        2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120, // TCP
                        300, // UDP
                        2, 4, 61, 61, 61, 61, 61, 61, 900, 61, 61, 61, 4, 61); // SCTP
    }

    @Test
    void initial_everyProtocol_firstOfItsStates() {
        assertThat(Stream.of(Protocol.values()).map(ConnectionState::initial))
                .containsExactly(ConnectionState.NONE, ConnectionState.UDP, ConnectionState.SCTP_NONE);
    }
}
