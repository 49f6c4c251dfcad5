package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class AffinityTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final DirectorFixture fixture = new DirectorFixture();
    private final Director director = fixture.director;

    static List<ServiceKey> keys() {
        return List.of(
                ORDERS,
                ServiceKey.tcp("10.0.0.1:80"),
                ServiceKey.tcp("[fd00::1]:80"),
                ServiceKey.udp("10.0.0.1:53"),
                ServiceKey.mark(7));
    }

    private static RealServer[] servers(ServiceKey key, int count) {
        String network =
                key.family().bits() == 32 || key instanceof ServiceKey.Named ? "192.168.0.%d:80" : "[fd00::%d]:80";
        return IntStream.range(1, count + 1)
                .mapToObj(i -> RealServer.of(network.formatted(i)))
                .toArray(RealServer[]::new);
    }

    private Endpoint destination(ServiceKey key, Affinity affinity) {
        try (Connection connection = director.open(key, affinity)) {
            return connection.destination();
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void hashingSchedulers_manyAffinities_eachOnOneServerAndAllServersUsed(ServiceKey key) {
        for (String scheduler : List.of("sh", "mh")) {
            director.addService(VirtualService.of(key, scheduler), servers(key, 5));
            for (Function<Integer, Affinity> kind : List.<Function<Integer, Affinity>>of(
                    i -> Affinity.of("user" + i),
                    i -> Affinity.of((long) i),
                    i -> Affinity.of(IpAddress.v4(0x0A00_0000 + i * 257)),
                    i -> Affinity.of(IpAddress.v6(0x2001_0db8_0000_0000L, i * 257)))) {
                int[] counts = new int[5];
                for (int i = 0; i < 1_000; i++) {
                    Endpoint first = destination(key, kind.apply(i));
                    assertThat(destination(key, kind.apply(i))).isEqualTo(first);
                    counts[((int) first.address().low() & 0xFF) - 1]++;
                }
                assertThat(Arrays.stream(counts).boxed())
                        .as("%s %s", scheduler, kind.apply(1))
                        .allMatch(count -> count > 120 && count < 280);
            }
            director.removeService(key);
        }
    }

    @Test
    void hash_ofAText_sameInEveryProcess() {
        director.addService(VirtualService.builder(ORDERS).scheduler("mh").build(), servers(ORDERS, 5));
        assertThat(IntStream.range(0, 8)
                        .mapToObj(i -> destination(ORDERS, Affinity.of("user" + i))
                                        .address()
                                        .low()
                                & 0xFF))
                .containsExactly(PINNED);
    }

    private static final Long[] PINNED = {2L, 3L, 2L, 4L, 1L, 3L, 2L, 2L};

    @ParameterizedTest
    @MethodSource("keys")
    void persistence_texts_keptApartAndUntilTheTimeout(ServiceKey key) {
        director.addService(
                VirtualService.builder(key).scheduler("rr").persistent(60).build(), servers(key, 3));
        Endpoint alice = destination(key, Affinity.of("alice"));
        Endpoint bob = destination(key, Affinity.of("bob"));
        assertThat(bob).isNotEqualTo(alice);
        for (int i = 0; i < 5; i++) {
            assertThat(destination(key, Affinity.of("alice"))).isEqualTo(alice);
            assertThat(destination(key, Affinity.of("bob"))).isEqualTo(bob);
        }
        assertThat(fixture.templates())
                .extracting(TemplateSnapshot::identity)
                .containsExactlyInAnyOrder("alice", "bob");
        fixture.advance(400);
        assertThat(fixture.templates()).isEmpty();
    }

    @Test
    void persistence_addressOfAClient_sharedWithItsPackets() {
        ServiceKey web = ServiceKey.tcp("10.0.0.1:80");
        director.addService(
                VirtualService.builder(web)
                        .scheduler("rr")
                        .persistence(new Persistence(60, 0xFFFFFF00, null))
                        .build(),
                servers(web, 3));
        Endpoint packets = director.open(DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.1:80"))
                .destination();
        assertThat(destination(web, Affinity.of(IpAddress.parse("10.1.0.200")))).isEqualTo(packets);
        assertThat(destination(web, Affinity.of(IpAddress.parse("10.1.1.1")))).isNotEqualTo(packets);
        assertThat(fixture.templates()).hasSize(2);
    }

    @Test
    void persistence_namedServiceWithMask_networksOfBothFamilies() throws Exception {
        director.addService(
                VirtualService.builder(ORDERS)
                        .scheduler("rr")
                        .persistence(new Persistence(60, 96 + 24, null))
                        .build(),
                servers(ORDERS, 3));
        Endpoint first = destination(ORDERS, Affinity.of(InetAddress.getByName("10.1.0.1")));
        assertThat(destination(ORDERS, Affinity.of(InetAddress.getByName("10.1.0.99"))))
                .isEqualTo(first);
        assertThat(destination(ORDERS, Affinity.of(InetAddress.getByName("10.1.1.1"))))
                .isNotEqualTo(first);
        Endpoint six = destination(ORDERS, Affinity.of(IpAddress.parse("2001:db8::1")));
        assertThat(destination(ORDERS, Affinity.of(IpAddress.parse("2001:db8::ff"))))
                .isEqualTo(six);
    }

    @Test
    void retry_persistent_templateMovesToTheOtherServer() {
        director.addService(
                VirtualService.builder(ORDERS).scheduler("rr").persistent(60).build(), servers(ORDERS, 2));
        Affinity alice = Affinity.of("alice");
        try (Connection connection = director.open(ORDERS, alice)) {
            Endpoint first = connection.destination();
            assertThat(connection.retry()).isTrue();
            assertThat(connection.destination()).isNotEqualTo(first);
            assertThat(destination(ORDERS, alice)).isEqualTo(connection.destination());
            assertThat(connection.retry()).isFalse();
        }
        assertThat(director.service(ORDERS).servers())
                .allSatisfy(server -> assertThat(server.active()).isZero());
    }

    @Test
    void retry_hashed_theAffinityStays() {
        director.addService(
                VirtualService.builder(ORDERS)
                        .scheduler("mh")
                        .flags(Set.of(SchedulerFlag.FALLBACK))
                        .build(),
                servers(ORDERS, 5));
        Set<Endpoint> second = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            try (Connection connection = director.open(ORDERS, Affinity.of("alice"))) {
                assertThat(connection.retry()).isTrue();
                second.add(connection.destination());
            }
        }
        assertThat(second).hasSize(1);
    }

    @Test
    void of_longTexts_countByTheirHash() {
        String text = "x".repeat(Affinity.MAX_LENGTH);
        assertThat(Affinity.of(text)).hasToString(text);
        assertThat(Affinity.of(text + "y").toString()).hasSize(64);
        assertThat(Affinity.of(text + "y"))
                .isNotEqualTo(Affinity.of(text + "z"))
                .isEqualTo(Affinity.of(text + "y"));
        assertThat(Affinity.of("10.0.0.1")).isNotEqualTo(Affinity.of(IpAddress.parse("10.0.0.1")));
        assertThat(Affinity.of(5)).isEqualTo(Affinity.of("5")).hasSameHashCodeAs(Affinity.of("5"));
    }
}
