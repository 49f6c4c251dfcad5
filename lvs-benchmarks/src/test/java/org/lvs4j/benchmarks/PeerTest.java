package org.lvs4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.scheduler.Servers;

class PeerTest {
    private static final int SIZE = 20;

    private final Farm farm = new Farm(SIZE);
    private final Flows flows = new Flows();

    PeerTest() {
        flows.fill(0);
    }

    private static List<Arguments> everyPair() {
        List<Arguments> pairs = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            for (String scheduler : peer.schedulers()) {
                pairs.add(Arguments.of(peer, scheduler));
            }
        }
        return pairs;
    }

    private int[] pick(Peer peer, String scheduler, int count) {
        Picker picker = peer.picker(scheduler, farm);
        int[] picks = new int[count];
        for (int i = 0; i < count; i++) {
            picks[i] = picker.pick(flows.next());
        }
        return picks;
    }

    private static int[] share(int[] picks) {
        int[] share = new int[SIZE];
        for (int pick : picks) {
            share[pick]++;
        }
        return share;
    }

    private int[] weights() {
        Servers servers = farm.servers();
        int[] weights = new int[SIZE];
        for (int i = 0; i < SIZE; i++) {
            weights[i] = servers.weight(i);
        }
        return weights;
    }

    private int round() {
        int sum = 0;
        for (int weight : weights()) {
            sum += weight;
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void pick_anyPeerAndScheduler_isAServer(Peer peer, String scheduler) {
        assertThat(IntStream.of(pick(peer, scheduler, 1000))).allMatch(index -> index >= 0 && index < SIZE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rr", "wrr", "lc", "wlc"})
    void pick_oursAndPlain_sameSequence(String scheduler) {
        int count = 2 * round();
        assertThat(pick(Peer.LVS4J, scheduler, count)).isEqualTo(pick(Peer.PLAIN, scheduler, count));
    }

    @ParameterizedTest
    @EnumSource
    void rr_oneRound_everyServerOnce(Peer peer) {
        assertThat(share(pick(peer, "rr", SIZE))).containsOnly(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"LVS4J", "PLAIN", "ARMERIA"})
    void wrr_oneRound_sharesAreWeights(Peer peer) {
        int[] weights = weights();
        int[] share = share(pick(peer, "wrr", round()));
        // The weights' greatest common divisor shortens a round; it would have to divide the shares too.
        assertThat(share).isEqualTo(weights);
    }

    @Test
    void lc_farm_pickHasTheLeastLoad() {
        Servers servers = farm.servers();
        int picked = pick(Peer.LVS4J, "lc", 1)[0];
        for (int i = 0; i < SIZE; i++) {
            assertThat(256L * servers.active(picked) + servers.inactive(picked))
                    .isLessThanOrEqualTo(256L * servers.active(i) + servers.inactive(i));
        }
    }

    @Test
    void picker_schedulerThatPeerLacks_namedInError() {
        assertThatThrownBy(() -> Peer.GRPC.picker("wlc", farm))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GRPC has no scheduler 'wlc', only rr");
    }

    @ParameterizedTest
    @EnumSource(names = {"LVS4J", "PLAIN"})
    void openAndClose_manyConnections_spreadAndReleased(Peer peer) {
        Balancer balancer = peer.balancer("rr", farm);
        long before = balancer.liveConnections();
        assertThat(before).isPositive();
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            chosen.add(balancer.openAndClose(flows.next()));
        }
        List<Integer> weights = new ArrayList<>();
        for (int weight : weights()) {
            weights.add(weight);
        }
        assertThat(chosen).containsExactlyInAnyOrderElementsOf(weights);
        assertThat(balancer.liveConnections()).isEqualTo(before);
    }

    @Test
    void balancer_peerWithoutConnections_refused() {
        assertThatThrownBy(() -> Peer.GRPC.balancer("rr", farm)).hasMessageContaining("does not keep connections");
    }
}
