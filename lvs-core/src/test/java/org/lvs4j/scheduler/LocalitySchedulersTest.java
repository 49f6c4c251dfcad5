package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.Sysctl;

/** {@code lblc} and {@code lblcr}: which destinations they cache, and when a destination moves. */
final class LocalitySchedulersTest {
    private static final String DESTINATION = "10.0.1.1:80";

    private static int host(TestService service) {
        return service.host(TestService.to(DESTINATION));
    }

    private static void active(TestService service, int host, int connections) {
        service.live(TestService.endpoint(host)).active.set(connections);
    }

    @Test
    void lblc_knownDestination_staysOnItsServer() {
        TestService service = TestService.of("lblc", 5, 5);
        assertThat(host(service)).isEqualTo(2);
        active(service, 2, 5);
        assertThat(host(service)).as("the other one has less load").isEqualTo(2);
        assertThat(service.host(TestService.to("10.0.1.2:80"))).isEqualTo(1);
    }

    @Test
    void lblc_crowdedServer_movesOnlyToServerBelowHalfItsWeight() {
        TestService service = TestService.of("lblc", 4, 4);
        host(service);
        active(service, 2, 5);
        active(service, 1, 2);
        assertThat(host(service)).as("the other is half full").isEqualTo(2);
        active(service, 1, 1);
        assertThat(host(service)).isEqualTo(1);
        active(service, 2, 0);
        assertThat(host(service)).as("the move is cached").isEqualTo(1);
    }

    @Test
    void lblc_overloadedServer_keepsKnownDestinations() {
        TestService service = TestService.of("lblc", 4, 4);
        host(service);
        service.live(TestService.endpoint(2)).overloaded = true;
        assertThat(host(service)).isEqualTo(2);
        assertThat(service.host(TestService.to("10.0.1.2:80"))).isEqualTo(1);
    }

    @Test
    void lblc_quiescedOrRemovedServer_destinationMoves() {
        TestService service = TestService.of("lblc", 4, 4);
        host(service);
        TestServers.Live two = service.live(TestService.endpoint(2));
        service.edit(TestService.endpoint(2), 0);
        assertThat(host(service)).isEqualTo(1);
        service.edit(TestService.endpoint(2), 4);
        assertThat(host(service)).isEqualTo(1);
        service.remove(TestService.endpoint(1));
        assertThat(host(service)).isEqualTo(2);
        service.remove(TestService.endpoint(2));
        assertThat(host(service)).isZero();
        service.add(TestService.endpoint(1), 4);
        service.add(TestService.endpoint(2), 4, two);
        active(service, 2, 3);
        assertThat(host(service)).as("added again, and still cached").isEqualTo(2);
    }

    @Test
    void lblc_idGivenToAnotherServer_notConfused() {
        TestService service = TestService.of("lblc", 4);
        host(service);
        TestServers.Live one = service.live(TestService.endpoint(1));
        service.remove(0);
        service.add(TestService.endpoint(2), 4);
        service.add(TestService.endpoint(3), 4, new TestServers.Live(one.id));
        active(service, 3, 2);
        assertThat(host(service)).isEqualTo(2);
    }

    @Test
    void lblc_expiration_checkedEveryHalfHour() {
        TestService service = TestService.of("lblc", 4, 4);
        service.sysctls[Sysctl.LBLC_EXPIRATION.ordinal()] = 600;
        host(service);
        active(service, 2, 1);
        service.advanceSeconds(30 * 60 - 1);
        service.host(TestService.to("10.0.1.2:80"));
        assertThat(service.view.scheduler().peek(service.view.servers(), TestService.to(DESTINATION)) + 1)
                .as("not yet evicted")
                .isEqualTo(1);
        service.advanceSeconds(1);
        service.host(TestService.to("10.0.1.2:80"));
        assertThat(host(service)).isEqualTo(1);
    }

    @Test
    void lblc_useBeforeTheCheck_expirationRestarted() {
        TestService service = TestService.of("lblc", 4, 4);
        service.sysctls[Sysctl.LBLC_EXPIRATION.ordinal()] = 600;
        host(service);
        active(service, 2, 1);
        service.advanceSeconds(21 * 60);
        host(service);
        service.advanceSeconds(10 * 60);
        assertThat(host(service)).isEqualTo(2);
    }

    @Test
    void cache_aboveTarget_entriesIdleForSixMinutesEvicted() {
        TestService service = TestService.of("lblc");
        LocalityCache<TestEntry> cache = new LocalityCache<>(service, Sysctl.LBLC_EXPIRATION);
        for (int i = 0; i < LocalityCache.TARGET_ENTRIES + 300; i++) {
            cache.insert(new TestEntry(i, service.nowNanos));
        }
        service.advanceSeconds(5 * 60);
        cache.advance(service.nowNanos);
        assertThat(cache.size()).as("nothing idle long enough").isEqualTo(LocalityCache.TARGET_ENTRIES + 300);
        service.advanceSeconds(60);
        cache.advance(service.nowNanos);
        assertThat(cache.size())
                .as("400 wanted, whole chains")
                .isBetween(LocalityCache.TARGET_ENTRIES - 200, LocalityCache.TARGET_ENTRIES - 100);
        service.advanceSeconds(60);
        cache.advance(service.nowNanos);
        assertThat(cache.size()).isGreaterThan(LocalityCache.TARGET_ENTRIES - 200);
    }

    @Test
    void cache_atTheCeiling_newEntryRefusedOldOnesKept() {
        TestService service = TestService.of("lblc");
        LocalityCache<TestEntry> cache = new LocalityCache<>(service, Sysctl.LBLC_EXPIRATION);
        for (int i = 0; i < LocalityCache.MAX_ENTRIES; i++) {
            assertThat(cache.insert(new TestEntry(i, 0))).isNotNull();
        }
        assertThat(cache.insert(new TestEntry(-1, 0))).isNull();
        assertThat(cache.size()).isEqualTo(LocalityCache.MAX_ENTRIES).isEqualTo(24_576);
        assertThat(cache.find(0, 77)).isNotNull();
        assertThat(cache.find(0, -1)).isNull();
    }

    @Test
    void cache_longPause_checksSkipped() {
        TestService service = TestService.of("lblc");
        LocalityCache<TestEntry> cache = new LocalityCache<>(service, Sysctl.LBLC_EXPIRATION);
        cache.insert(new TestEntry(1, service.nowNanos));
        service.advanceSeconds(TimeUnit.DAYS.toSeconds(100 * 365));
        long start = System.nanoTime();
        cache.advance(service.nowNanos);
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
        assertThat(cache.size()).isZero();
    }

    @Test
    void cache_eightThreadsInsertAndExpire_sizeExact() throws Exception {
        TestService service = TestService.of("lblc");
        service.sysctls[Sysctl.LBLC_EXPIRATION.ordinal()] = 60;
        LocalityCache<TestEntry> cache = new LocalityCache<>(service, Sysctl.LBLC_EXPIRATION);
        AtomicLong clock = new AtomicLong(service.nowNanos);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                long seed = t;
                all.add(pool.submit(() -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 20_000; i++) {
                        long now = clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
                        cache.advance(now);
                        long address = random.nextInt(5000);
                        TestEntry known = cache.find(0, address);
                        if (known == null) {
                            cache.insert(new TestEntry(address, now));
                        } else {
                            known.touch(now);
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        int held = 0;
        for (int address = 0; address < 5000; address++) {
            held += cache.find(0, address) != null ? 1 : 0;
        }
        assertThat(cache.size()).isEqualTo(held).isPositive();
        cache.advance(clock.addAndGet(TimeUnit.HOURS.toNanos(2)));
        assertThat(cache.size()).isZero();
    }

    private static final class TestEntry extends LocalityCache.Entry {
        TestEntry(long address, long nowNanos) {
            super(0, address, nowNanos);
        }
    }

    @Test
    void lblcr_crowdedSet_growsAndLeastLoadedMemberChosen() {
        TestService service = TestService.of("lblcr", 4, 4, 4);
        assertThat(host(service)).isEqualTo(3);
        active(service, 3, 5);
        assertThat(host(service)).as("2 joins").isEqualTo(2);
        active(service, 3, 1);
        active(service, 2, 2);
        assertThat(host(service)).as("1 is idle, but not a member").isEqualTo(3);
        active(service, 3, 3);
        assertThat(host(service)).isEqualTo(2);
    }

    @Test
    void lblcr_unchangedSet_losesMostLoadedMember() {
        TestService service = TestService.of("lblcr", 4, 4);
        service.sysctls[Sysctl.LBLCR_EXPIRATION.ordinal()] = 10;
        host(service);
        active(service, 2, 5);
        assertThat(host(service)).isEqualTo(1);
        service.advanceSeconds(10);
        active(service, 1, 1);
        active(service, 2, 0);
        assertThat(host(service)).as("exactly at the expiration").isEqualTo(2);
        service.nowNanos++;
        active(service, 2, 2);
        active(service, 1, 1);
        assertThat(host(service)).isEqualTo(1);
        active(service, 1, 4);
        active(service, 2, 0);
        assertThat(host(service)).as("2 has left the set").isEqualTo(1);
    }

    @Test
    void lblcr_overloadedMember_skipped() {
        TestService service = TestService.of("lblcr", 4, 4);
        host(service);
        service.live(TestService.endpoint(2)).overloaded = true;
        assertThat(host(service)).isEqualTo(1);
    }

    @Test
    void lblcr_manyServersAddedAndRemoved_setStaysSmall() {
        TestService service = TestService.of("lblcr", 1);
        for (int i = 2; i < 400; i++) {
            service.add(TestService.endpoint(i), 1);
            service.remove(1);
            assertThat(service.pick(TestService.to(DESTINATION))).isZero();
        }
        ServerSet set = ServerSet.of(service.view.servers(), 0, 0);
        for (int i = 400; i < 500; i++) {
            service.add(TestService.endpoint(i), 1);
            service.remove(1);
            set = set.with(service.view.servers(), 0, i);
        }
        assertThat(set.size()).isLessThanOrEqualTo(2);
    }
}
