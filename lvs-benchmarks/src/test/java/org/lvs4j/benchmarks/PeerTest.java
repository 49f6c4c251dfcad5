package org.lvs4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.scheduler.Servers;

@Tag("slow")
class PeerTest {
    private static final int SIZE = 20;

    private final ServerFixture fixture = new ServerFixture(SIZE);
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
        Picker picker = peer.picker(scheduler, fixture);
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
        Servers servers = fixture.servers();
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
    void pick_anyPeerAndScheduler_indexOfAServer(Peer peer, String scheduler) {
        assertThat(IntStream.of(pick(peer, scheduler, 1000))).allMatch(index -> index >= 0 && index < SIZE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rr", "wrr", "lc", "wlc", "sed", "nq"})
    void pick_lvs4jAndPlain_sameSequence(String scheduler) {
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
        // A greatest common divisor above 1 would shorten the round, and the shares would be multiples of the weights.
        assertThat(share).isEqualTo(weights);
    }

    @Test
    void lc_variedLoads_leastLoadedServerPicked() {
        Servers servers = fixture.servers();
        int picked = pick(Peer.LVS4J, "lc", 1)[0];
        for (int i = 0; i < SIZE; i++) {
            assertThat(256L * servers.active(picked) + servers.inactive(picked))
                    .isLessThanOrEqualTo(256L * servers.active(i) + servers.inactive(i));
        }
    }

    @Test
    void picker_unsupportedScheduler_namedInError() {
        assertThatThrownBy(() -> Peer.GRPC.picker("wlc", fixture))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GRPC has no scheduler 'wlc', only rr");
    }

    @ParameterizedTest
    @EnumSource(names = {"LVS4J", "PLAIN"})
    void openAndClose_oneRound_everyServerOnceAndReleased(Peer peer) {
        Balancer balancer = peer.balancer("rr", fixture);
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

    private int[] take(Peer peer, String scheduler, int count) {
        LoadedPicker picker = peer.loadedPicker(scheduler, fixture);
        int held = 8;
        int[] picks = new int[count];
        for (int i = 0; i < count; i++) {
            if (i >= held) {
                picker.release(picks[i - held], i % held);
            }
            picks[i] = picker.take(flows.next(), i % held);
        }
        for (int i = count - held; i < count; i++) {
            picker.release(picks[i], i % held);
        }
        return picks;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lc", "wlc", "sed", "nq"})
    void take_lvs4jAndPlain_sameSequenceAndLoadReleased(String scheduler) {
        long before = fixture.liveConnections();
        int[] picked = take(Peer.LVS4J, scheduler, 500);
        assertThat(fixture.liveConnections()).isEqualTo(before);
        assertThat(picked).isEqualTo(take(Peer.PLAIN, scheduler, 500));
        assertThat(IntStream.of(picked).distinct().count()).as("servers chosen").isGreaterThan(1);
    }

    @Test
    void take_vertxLeastRequests_leastLoadedServerFirst() {
        Servers servers = fixture.servers();
        int least = IntStream.range(0, SIZE).map(servers::active).min().orElseThrow();
        int[] picks = take(Peer.VERTX, "lc", 500);
        assertThat(servers.active(picks[0])).isEqualTo(least);
        assertThat(IntStream.of(picks).distinct().count()).as("servers chosen").isGreaterThan(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"LVS4J", "PLAIN"})
    void maglev_equalWeights_sharesDifferByOneAtMost(Peer peer) {
        int slots = 65537;
        Object table = peer.maglev(SIZE, slots).get();
        int[] share = new int[SIZE];
        for (int slot = 0; slot < slots; slot++) {
            share[table instanceof int[] plain ? plain[slot] : MaglevAccess.serverAt(table, slot)]++;
        }
        // The servers claim slots in turn, so no share exceeds another by more than one.
        assertThat(IntStream.of(share)).allMatch(count -> count == slots / SIZE || count == slots / SIZE + 1);
    }

    @Test
    void loadedPicker_peerThatIgnoresLoads_refused() {
        assertThatThrownBy(() -> Peer.ARMERIA.loadedPicker("rr", fixture))
                .hasMessageContaining("does not choose by load");
        assertThatThrownBy(() -> Peer.GRPC.maglev(1, 2)).hasMessageContaining("no Maglev hashing");
    }

    @Test
    void balancer_peerWithoutConnections_refused() {
        assertThatThrownBy(() -> Peer.GRPC.balancer("rr", fixture)).hasMessageContaining("does not keep connections");
    }
}
