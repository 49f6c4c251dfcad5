package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

@Tag("slow")
class StorePeerTest {
    private static final int COUNT = 2000;

    private final Flow flow = new Flow();

    private static Stream<StorePeer> stores() {
        return Stream.of(StorePeer.values()).filter(peer -> peer != StorePeer.NONE);
    }

    private ConnectionStore filled(StorePeer peer) {
        ConnectionStore store = peer.store(COUNT, new Clock());
        for (int i = 0; i < COUNT; i++) {
            store.place(key(i));
        }
        return store;
    }

    private Flow key(long number) {
        return Keys.fill(flow, Protocol.TCP, number);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void follow_knownConnection_alwaysTheSameServer(StorePeer peer) {
        ConnectionStore store = filled(peer);
        int[] servers = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            servers[i] = store.follow(key(i));
            assertThat(servers[i]).as("server of " + i).isNotNegative();
        }
        for (int i = COUNT - 1; i >= 0; i--) {
            assertThat(store.follow(key(i))).isEqualTo(servers[i]);
        }
        assertThat(store.live()).isEqualTo(COUNT);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void follow_unknownConnection_noServer(StorePeer peer) {
        ConnectionStore store = filled(peer);
        for (int i = COUNT; i < 2 * COUNT; i++) {
            assertThat(store.follow(key(i))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TABLE", "PLAIN", "CHM", "CAFFEINE", "OBJECTS"})
    void end_everySecond_onlyTheOthersFound(StorePeer peer) {
        ConnectionStore store = filled(peer);
        for (int i = 0; i < COUNT; i += 2) {
            store.end(key(i));
        }
        for (int i = 0; i < COUNT; i++) {
            assertThat(store.follow(key(i)) >= 0).as("connection " + i).isEqualTo(i % 2 == 1);
        }
        assertThat(store.live()).isEqualTo(COUNT / 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"TABLE", "PLAIN", "CHM", "CAFFEINE", "OBJECTS"})
    void placeAndEnd_manyTimes_numberUnchanged(StorePeer peer) {
        ConnectionStore store = filled(peer);
        for (int i = 0; i < 10 * COUNT; i++) {
            store.end(key(i));
            store.place(key(COUNT + i));
        }
        for (int i = 10 * COUNT; i < 11 * COUNT; i++) {
            assertThat(store.follow(key(i))).isNotNegative();
        }
        assertThat(store.follow(key(10 * COUNT - 1))).isEqualTo(-1);
        assertThat(store.live()).isEqualTo(COUNT);
    }

    @ParameterizedTest
    @EnumSource
    void director_lifetimeOver_connectionExpired(Lifecycle life) {
        Clock clock = new Clock();
        DirectorStore store = DirectorStore.of(life, COUNT, clock);
        for (int i = 0; i < COUNT; i++) {
            store.place(Keys.fill(flow, life.protocol, i));
        }
        assertThat(store.live()).isEqualTo(COUNT);
        for (int i = 0; i < COUNT; i++) {
            store.end(Keys.fill(flow, life.protocol, i));
        }
        clock.advance(9_000_000_000L);
        assertThat(store.live()).isEqualTo(COUNT);
        clock.advance(life.seconds * 1_000_000_000L);
        assertThat(store.live()).isZero();
    }
}
