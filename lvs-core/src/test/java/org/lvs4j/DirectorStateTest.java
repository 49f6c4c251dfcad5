package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Traffic;

/** What a director restores of another one's state, on virtual clocks. */
class DirectorStateTest {
    private static final String VIP = "10.0.0.1:80";
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);
    private static final String A = "192.168.1.1:80";
    private static final String B = "192.168.1.2:80";
    private static final String C = "192.168.1.3:80";
    private static final long SAVED_AT = 1_700_000_000_000L;

    private final DirectorFixture first = new DirectorFixture();
    private final DirectorFixture second = new DirectorFixture();

    private static VirtualService web() {
        return VirtualService.builder(WEB).scheduler("rr").persistent(300).build();
    }

    /** The state as bytes and back. */
    private static DirectorState transported(DirectorState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.writeTo(bytes);
        assertThat(bytes.size()).isEqualTo(state.bytes());
        DirectorState read = DirectorState.read(new ByteArrayInputStream(bytes.toByteArray()), bytes.size());
        assertThat(read).hasToString(state.toString());
        assertThat(read.unixMillis()).isEqualTo(state.unixMillis());
        return read;
    }

    private StateRestoration restore(double secondsLater) throws IOException {
        DirectorState state = transported(first.director.saveState(SAVED_AT));
        return second.director.restore(state, SAVED_AT + Math.round(secondsLater * 1000));
    }

    private static Drain drain(DirectorFixture fixture, String server, String deadline) {
        return fixture.director.drain(WEB, Endpoint.parse(server), DrainOptions.within(Duration.parse(deadline)));
    }

    private static Drain.Phase phase(DirectorFixture fixture) {
        List<Drain> drains = fixture.director.drains();
        assertThat(drains).hasSize(1);
        return drains.get(0).progress().phase();
    }

    // ---- persistent clients

    @Test
    void restore_persistentClients_eachHasItsServerForTheRestOfItsTime() throws IOException {
        first.addService(web(), A, B, C);
        Map<String, String> servers = new TreeMap<>();
        for (int client = 1; client <= 30; client++) {
            servers.put("10.9.0." + client, first.open("10.9.0." + client + ":4000", VIP));
        }
        first.jump(100);
        second.addService(web(), A, B, C);

        StateRestoration done = restore(50);

        assertThat(done.elapsed()).isEqualTo(Duration.ofSeconds(50));
        assertThat(done.templates()).isEqualTo(30);
        assertThat(second.templates()).hasSize(30).allSatisfy(template -> {
            assertThat(DirectorFixture.seconds(template)).isEqualTo(150);
            assertThat(template.confirmed()).isTrue();
        });
        assertThat(second.server(WEB, A).persistent()).isEqualTo(10);
        servers.forEach((client, server) ->
                assertThat(second.open(client + ":5000", VIP)).isEqualTo(server));
        second.jump(299);
        assertThat(second.templates()).as("renewed by their connections").hasSize(30);
    }

    @Test
    void restore_clientThatDoesNotComeBack_templateExpiresInTime() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A);
        assertThat(restore(100).templates()).isOne();

        second.advance(199);
        assertThat(second.templates()).hasSize(1);
        second.advance(2);
        assertThat(second.templates()).isEmpty();
        assertThat(second.server(WEB, A).persistent()).isZero();
    }

    @Test
    void restore_afterTheTimeout_templateLeftOut() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A);

        StateRestoration done = restore(300);

        assertThat(done.templates()).isZero();
        assertThat(done.templatesExpired()).isOne();
        assertThat(second.templates()).isEmpty();
    }

    @Test
    void restore_clockWentBack_nothingDeducted() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A);

        StateRestoration done = restore(-1_000_000_000);

        assertThat(done.elapsed()).isZero();
        assertThat(DirectorFixture.seconds(second.template())).isEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE})
    void restore_anyTimes_neverFails(long millis) throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        drain(first, A, "PT1M");
        second.addService(web(), A);

        for (long saved : new long[] {millis, SAVED_AT}) {
            DirectorState state = transported(first.director.saveState(saved));
            for (long now : new long[] {Long.MIN_VALUE, 0, SAVED_AT, Long.MAX_VALUE}) {
                assertThat(second.director.restore(state, now).elapsed()).isGreaterThanOrEqualTo(Duration.ZERO);
            }
        }
    }

    @Test
    void restore_everyKindOfService_templatesEqual() throws IOException {
        List<VirtualService> services = List.of(
                web(),
                VirtualService.builder(ServiceKey.tcp("10.0.0.2:0"))
                        .persistent(100)
                        .build(),
                VirtualService.builder(ServiceKey.tcp("10.0.0.3:21"))
                        .persistent(200)
                        .build(),
                VirtualService.builder(ServiceKey.udp("10.0.0.4:53"))
                        .persistent(10)
                        .onePacket(true)
                        .build(),
                VirtualService.builder(ServiceKey.tcp("10.0.0.5:80"))
                        .persistence(new Persistence(60, 0xFFFF_FF00, null))
                        .build(),
                VirtualService.builder(ServiceKey.tcp("10.0.0.6:80"))
                        .persistence(new Persistence(60, 0xFF00_0000, "first-word"))
                        .build(),
                VirtualService.builder(ServiceKey.tcp("[fd00::1]:80"))
                        .persistence(new Persistence(60, 64, null))
                        .build(),
                VirtualService.builder(ServiceKey.mark(-5)).persistent(70).build(),
                VirtualService.builder(ServiceKey.mark(7, AddressFamily.IPV6))
                        .persistence(new Persistence(80, 128, null))
                        .build());
        for (DirectorFixture fixture : List.of(first, second)) {
            for (VirtualService service : services) {
                boolean v4 = service.key().family() == AddressFamily.IPV4;
                fixture.addService(service, v4 ? A : "[fd00::a]:80", v4 ? "192.168.1.9:0" : "[fd00::b]:8080");
            }
        }
        for (int i = 1; i <= 4; i++) {
            String client = "10.9." + i + "." + i + ":4000";
            for (String virtual : List.of(VIP, "10.0.0.2:1000", "10.0.0.3:21", "10.0.0.5:80")) {
                first.open(client, virtual);
            }
            first.datagram(client, "10.0.0.4:53");
            first.director.open(
                    DirectorFixture.tcp(client, "10.0.0.6:80"),
                    ByteBuffer.wrap(("\u00e9" + i + " hello").getBytes(StandardCharsets.UTF_8)));
            first.open("[fd00:9:0:" + i + "::9]:4000", "[fd00::1]:80");
            first.packet(DirectorFixture.tcp(client, "10.0.0.8:80").mark(-5), DirectorFixture.SYN);
            first.packet(
                    DirectorFixture.tcp("[fd00:9::" + i + "]:4000", "[fd00::8]:80")
                            .mark(7),
                    DirectorFixture.SYN);
        }
        assertThat(first.templates()).hasSize(36);

        StateRestoration done = restore(0);

        assertThat(done.templates()).isEqualTo(36);
        assertThat(done.services()).isEqualTo(9);
        assertThat(done.servers()).isEqualTo(18);
        assertThat(second.templates()).containsExactlyInAnyOrderElementsOf(first.templates());
    }

    @Test
    void restore_twice_secondAddsOnlyWhatIsNew() throws IOException {
        first.addService(web(), A, B);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A, B);
        assertThat(restore(0).templates()).isOne();
        first.open("10.9.0.2:4000", VIP);
        second.open("10.9.0.3:4000", VIP);
        String kept = second.open("10.9.0.1:4000", VIP);

        StateRestoration done = restore(0);

        assertThat(done.templates()).isOne();
        assertThat(done.templatesKnown()).isOne();
        assertThat(second.templates()).hasSize(3);
        assertThat(second.open("10.9.0.1:4001", VIP)).isEqualTo(kept);
        assertThat(second.director.traffic().connections())
                .as("two before, three here")
                .isEqualTo(5);
    }

    @Test
    void restore_serversAndServicesThatAreGone_leftOutAndCounted() throws IOException {
        ServiceKey other = ServiceKey.tcp("10.0.0.2:80");
        first.addService(web(), A, B);
        first.addService(VirtualService.builder(other).persistent(300).build(), C);
        first.open("10.9.0.1:4000", VIP);
        first.open("10.9.0.2:4000", VIP);
        first.open("10.9.0.1:4000", "10.0.0.2:80");
        drain(first, A, "PT1M");
        second.addService(web(), B, C);

        StateRestoration done = restore(1);

        assertThat(done).isEqualTo(new StateRestoration(Duration.ofSeconds(1), 1, 1, 1, 2, 1, 0, 2, 0, 0, 0, 1));
        assertThat(second.template().server()).isEqualTo(Endpoint.parse(B));
        assertThat(second.director.drains()).isEmpty();
    }

    @Test
    void restore_removedServerIsBack_clientsHaveItAgain() throws IOException {
        first.addService(web(), A, B);
        String server = first.open("10.9.0.1:4000", VIP);
        first.removeServer(WEB, server);
        second.addService(web(), A, B);

        assertThat(restore(1).templates()).isOne();
        assertThat(second.open("10.9.0.1:5000", VIP)).isEqualTo(server);
    }

    @Test
    void restore_serviceOfAnotherPersistence_templatesLeftOut() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        for (VirtualService changed : List.of(
                VirtualService.of(WEB),
                VirtualService.builder(WEB)
                        .persistence(new Persistence(300, 0xFFFF_FF00, null))
                        .build(),
                VirtualService.builder(WEB)
                        .persistence(new Persistence(300, -1, "first-word"))
                        .build())) {
            second.director.clear();
            second.addService(changed, A);
            assertThat(restore(0).templatesMissing()).isOne();
        }
        second.director.editService(VirtualService.builder(WEB).persistent(10).build());
        assertThat(restore(0).templates()).as("another timeout").isOne();
    }

    @Test
    void restore_moreTemplatesThanTheCeiling_restLeftOutAndNoneEvicted() throws IOException {
        first.addService(web(), A, B);
        for (int client = 0; client < 1000; client++) {
            first.open("10.9." + client / 250 + "." + client % 250 + ":4000", VIP);
        }
        DirectorFixture small = new DirectorFixture(builder -> builder.maxTemplates(100));
        small.addService(web(), A, B);

        StateRestoration done = small.director.restore(transported(first.director.saveState(SAVED_AT)), SAVED_AT);

        assertThat(done.templates()).isEqualTo(100);
        assertThat(done.templatesRefused()).isEqualTo(900);
        assertThat(small.templates()).hasSize(100);
        assertThat(small.director.limits().templatesEvicted()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void restore_serverOfWeightZero_keepsItsClientsAsInIpvs(boolean expireQuiescent) throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A, B);
        second.setWeight(WEB, A, 0);
        second.setSysctl(Sysctl.EXPIRE_QUIESCENT_TEMPLATE, expireQuiescent ? 1 : 0);

        assertThat(restore(0).templates()).isOne();

        assertThat(second.open("10.9.0.1:5000", VIP)).isEqualTo(expireQuiescent ? B : A);
    }

    @Test
    void restore_serverThatIsRemovedLater_clientPlacedAnew() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A, B);
        restore(0);
        second.removeServer(WEB, A);

        assertThat(second.open("10.9.0.1:5000", VIP)).isEqualTo(B);
    }

    // ---- drains

    @Test
    void restore_drainUnderWay_goesOnWithTheRestOfItsTime() throws IOException {
        first.addService(web(), A, B);
        String client = first.open("10.9.0.1:4000", VIP).equals(A) ? "10.9.0.1" : "10.9.0.2";
        first.open("10.9.0.2:4000", VIP);
        first.director.drain(WEB, Endpoint.parse(A), new DrainOptions(Duration.ofSeconds(60), Duration.ofSeconds(10)));
        first.jump(10);
        second.addService(web(), A, B);

        StateRestoration done = restore(20);

        assertThat(done.drains()).isOne();
        assertThat(second.server(WEB, A).draining()).isTrue();
        assertThat(second.director.drains().get(0).progress().left()).isEqualTo(Duration.ofSeconds(30));
        assertThat(phase(second)).isEqualTo(Drain.Phase.DRAINING);
        assertThat(second.open(client + ":5000", VIP)).isEqualTo(A);
        second.advance(19);
        assertThat(phase(second)).isEqualTo(Drain.Phase.DRAINING);
        second.advance(2);
        assertThat(phase(second)).isEqualTo(Drain.Phase.ENDING);
        second.advance(10);
        assertThat(phase(second)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(second.connectionsOf(WEB, A)).isZero();

        assertThat(second.director.drains().get(0).abort()).isTrue();
        assertThat(second.server(WEB, A).server().weight()).isOne();
    }

    @Test
    void restore_drainWhoseDeadlineHasPassed_weightStaysZeroUntilAborted() throws IOException {
        first.addService(web(), A, B);
        first.open("10.9.0.1:4000", VIP);
        first.open("10.9.0.2:4000", VIP);
        drain(first, A, "PT1M");
        second.addService(web(), A, B);

        restore(120);
        second.advance(1);

        assertThat(phase(second)).isEqualTo(Drain.Phase.DRAINED);
        for (int port = 1; port < 10; port++) {
            assertThat(second.open("10.9.7." + port + ":4000", VIP)).isEqualTo(B);
        }
        second.director.drains().get(0).abort();
        assertThat(second.server(WEB, A).draining()).isFalse();
    }

    @Test
    void restore_drainThatIsOver_isOver() throws IOException {
        first.addService(VirtualService.of(WEB), A, B);
        drain(first, A, "PT0S");
        first.advance(1);
        assertThat(phase(first)).isEqualTo(Drain.Phase.DRAINED);
        second.addService(VirtualService.of(WEB), A, B);

        restore(0);
        second.advance(1);

        assertThat(phase(second)).isEqualTo(Drain.Phase.DRAINED);
        assertThat(second.server(WEB, A).draining()).isTrue();
    }

    @Test
    void restore_drainWithEndedConnections_countGoesOn() throws IOException {
        first.addService(VirtualService.of(WEB), A);
        for (int port = 4000; port < 4005; port++) {
            first.open("10.9.0.1:" + port, VIP);
        }
        drain(first, A, "PT0S");
        first.advance(1);
        second.addService(VirtualService.of(WEB), A);

        restore(0);

        assertThat(second.director.drains().get(0).progress().ended()).isEqualTo(5);
    }

    // ---- counters

    @Test
    void restore_counters_continueAndReset() throws IOException {
        first.addService(web(), A, B);
        first.open("10.9.0.1:4000", VIP);
        first.open("10.9.0.2:4000", VIP);
        Traffic total = first.director.traffic();
        second.addService(web(), A, B);

        restore(0);

        assertThat(second.director.traffic()).isEqualTo(total);
        assertThat(second.director.service(WEB).traffic())
                .isEqualTo(first.director.service(WEB).traffic());
        assertThat(second.server(WEB, A).traffic())
                .isEqualTo(first.server(WEB, A).traffic());
        second.open("10.9.0.3:4000", VIP);
        assertThat(second.director.traffic().connections()).isEqualTo(3);
        second.advance(2);
        assertThat(second.director.rates().connectionsPerSecond())
                .as("counts of before are no traffic of now")
                .isLessThanOrEqualTo(1);

        second.director.resetCounters();
        assertThat(second.director.traffic()).isEqualTo(Traffic.NONE);
        assertThat(second.director.service(WEB).traffic()).isEqualTo(Traffic.NONE);
        assertThat(second.server(WEB, A).traffic()).isEqualTo(Traffic.NONE);
    }

    @Test
    void restore_refusedChangeAfterIt_countersStay() throws IOException {
        first.addService(web(), A);
        first.open("10.9.0.1:4000", VIP);
        second.addService(web(), A);
        restore(0);
        try {
            second.director.apply(List.of(
                    new ConfigurationChange.ServerRemoved(WEB, RealServer.of(A)),
                    new ConfigurationChange.ServerAdded(ServiceKey.tcp("10.7.7.7:7"), RealServer.of(A))));
        } catch (DirectorException e) {
            assertThat(e.reason()).isEqualTo(DirectorException.Reason.NO_SUCH_SERVICE);
        }
        assertThat(second.server(WEB, A).traffic())
                .isEqualTo(first.server(WEB, A).traffic());
    }

    @Test
    void saveState_manyClients_sixteenBytesEach() throws IOException {
        first.addService(VirtualService.builder(WEB).persistent(3600).build(), A);
        int clients = 5000;
        for (int client = 0; client < clients; client++) {
            first.open("10.9." + client / 250 + "." + client % 250 + ":4000", VIP);
        }
        assertThat(first.director.saveState(SAVED_AT).bytes()).isLessThan(16L * clients + 200);
    }

    // ---- any state

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void restore_randomState_equalInTheSecondDirector(int seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        int services = random.nextInt(1, 6);
        for (DirectorFixture fixture : List.of(first, second)) {
            SplittableRandom shape = new SplittableRandom(seed);
            for (int i = 0; i < services; i++) {
                ServiceKey key = ServiceKey.tcp("10.0.1." + i + ":80");
                fixture.addService(VirtualService.builder(key)
                        .scheduler("wlc")
                        .persistent(shape.nextInt(1, 1000))
                        .build());
                for (int server = 0; server <= shape.nextInt(1, 20); server++) {
                    fixture.director.addServer(key, RealServer.of("192.168." + i + "." + server + ":80"));
                }
            }
        }
        int clients = random.nextInt(3000);
        for (int i = 0; i < clients; i++) {
            int client = random.nextInt(1 << 24);
            first.open(
                    "11." + (client >> 16) + "." + (client >> 8 & 255) + "." + (client & 255) + ":4000",
                    "10.0.1." + random.nextInt(services) + ":80");
            if (i % 100 == 0) {
                first.jump(random.nextDouble(5));
            }
        }
        first.director.drain(
                ServiceKey.tcp("10.0.1.0:80"),
                Endpoint.parse("192.168.0.0:80"),
                DrainOptions.within(Duration.ofSeconds(random.nextInt(100, 1000))));
        long millis = TimeUnit.NANOSECONDS.toMillis(first.templates().stream()
                .mapToLong(TemplateSnapshot::expiresInNanos)
                .max()
                .orElse(0));

        DirectorState state = transported(first.director.saveState(SAVED_AT));
        StateRestoration done = second.director.restore(state, SAVED_AT);

        assertThat(state.templates())
                .as("seed %d, up to %d ms left", seed, millis)
                .isEqualTo(done.templates());
        assertThat(second.director.saveState(SAVED_AT).templates()).isEqualTo(state.templates());
        assertThat(second.templates())
                .as("seed %d", seed)
                .usingElementComparator((one, other) -> one.client().equals(other.client())
                                && one.virtual().equals(other.virtual())
                                && one.server().equals(other.server())
                                && one.confirmed() == other.confirmed()
                                && Math.abs(one.expiresInNanos() - other.expiresInNanos()) < 1_000_000
                        ? 0
                        : 1)
                .hasSameSizeAs(first.templates());
        assertThat(byClient(second)).isEqualTo(byClient(first));
        assertThat(second.director.traffic()).isEqualTo(first.director.traffic());
        assertThat(second.director.services())
                .extracting(ServiceSnapshot::traffic)
                .isEqualTo(first.director.services().stream()
                        .map(ServiceSnapshot::traffic)
                        .toList());
        assertThat(second.director.drains()).hasSameSizeAs(first.director.drains());
    }

    private static Map<String, Endpoint> byClient(DirectorFixture fixture) {
        Map<String, Endpoint> servers = new TreeMap<>();
        fixture.director.forEachTemplate(template -> servers.put(
                template.client() + " " + template.virtual() + " "
                        + TimeUnit.NANOSECONDS.toMillis(template.expiresInNanos()),
                template.server()));
        return servers;
    }
}
