package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;

/** The arithmetic of descriptors, with a limit of 1600: flows leave 32 free, TCP connections 16. */
final class DescriptorReserveTest {
    private static final int LIMIT = 1600;

    private final RelayCounters counters = new RelayCounters();
    private final DescriptorReserve reserve = new DescriptorReserve(counters, LIMIT);

    private EmbeddedChannel accept() {
        EmbeddedChannel client = new EmbeddedChannel();
        DescriptorClaim.make(reserve, client);
        return client;
    }

    private static TcpSocket socket(EmbeddedChannel channel) {
        RelayState state = ListeningGroupTest.state(Director.create(), Transport.NIO);
        return new ChannelSocket(new EventLoopState(channel.eventLoop(), state), channel, 1024);
    }

    @Test
    void fits_acceptedClients_haveADescriptorForTheirServerEach() {
        int clients = 0;
        while (reserve.fits(1)) {
            accept();
            clients++;
        }
        assertThat(clients).isEqualTo((LIMIT - 16) / 2);
        assertThat(reserve.fitsServer()).isTrue();
        assertThat(reserve.served()).isFalse();
    }

    @Test
    void fits_roundOfSeveral_endsBeforeTheLimit() {
        assertThat(reserve.fits((LIMIT - 16) / 2)).isTrue();
        assertThat(reserve.fits((LIMIT - 16) / 2 + 1)).isFalse();
    }

    @Test
    void fits_severalListeningSockets_eachMayAcceptOneMore() {
        for (int i = 0; i < 5; i++) {
            reserve.countAcceptor(1);
        }
        assertThat(reserve.fits((LIMIT - 16) / 2 - 4)).isTrue();
        assertThat(reserve.fits((LIMIT - 16) / 2 - 3)).isFalse();
    }

    @Test
    void claim_socketsClosed_everythingIsGivenBack() {
        EmbeddedChannel client = accept();
        EmbeddedChannel server = new EmbeddedChannel();
        DescriptorClaim.of(client).serverOpened(socket(server));
        assertThat(reserve.served()).isTrue();
        client.close();
        server.close();
        assertThat(reserve.served()).isFalse();

        EmbeddedChannel retried = accept();
        EmbeddedChannel failed = new EmbeddedChannel();
        DescriptorClaim.of(retried).serverOpened(socket(failed));
        failed.close();
        DescriptorClaim.of(retried).awaitServer();
        retried.close();

        assertThat(reserve.fits((LIMIT - 16) / 2)).isTrue();
        assertThat(reserve.fits((LIMIT - 16) / 2 + 1)).isFalse();
    }

    @Test
    void exhausted_noConnection_oneClientIsStillAccepted() {
        reserve.exhausted();
        assertThat(reserve.fits(1)).isTrue();
        assertThat(reserve.fits(2)).isFalse();
        assertThat(reserve.fitsServer()).isFalse();
        accept();
        assertThat(reserve.fits(1)).isFalse();
    }

    @Test
    void count_afterExhaustion_descriptorsThatAreFreeAreFound() {
        accept();
        reserve.exhausted();
        assertThat(reserve.fits(1)).isFalse();
        reserve.count();
        assertThat(reserve.fits(1)).isTrue();
    }

    @Test
    void recountDue_afterExhaustion_untilTheNextCount() throws Exception {
        reserve.count();
        assertThat(reserve.recountDue()).isFalse();
        reserve.exhausted();
        Loopback.await("a recount", reserve::recountDue);
        reserve.count();
        assertThat(reserve.recountDue()).isFalse();
    }

    @Test
    void contains_clientsThatAwaitTheirServers_leaveNothingToFlows() {
        for (int i = 0; i < (LIMIT - 32) / 2; i++) {
            accept();
        }
        assertThat(reserve.contains(new EmbeddedChannel())).isFalse();
        accept();
        assertThat(reserve.contains(new EmbeddedChannel())).isTrue();
    }

    @Test
    void limit_none_everythingFits() {
        DescriptorReserve unlimited = new DescriptorReserve(counters, -1);
        assertThat(unlimited.fits(1_000_000)).isTrue();
        assertThat(unlimited.contains(new EmbeddedChannel())).isFalse();
    }
}
