package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A list of changes costs what it changes, and packets see the services that it adds or removes at its end. */
class LongChangeListTest {
    private static final int SERVICES = 2000;
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final ServiceKey DNS = ServiceKey.udp("10.0.0.1:53");
    private static final RealServer A = RealServer.of("192.168.1.1:80");
    private static final RealServer B = RealServer.of("192.168.1.2:80");

    /** Lists that change a number of services, in a director with as many. */
    private enum Kind {
        ADD(count ->
                services(count, count * 2).<ConfigurationChange>map(Kind::added).toList()),
        REMOVE(count ->
                services(0, count).<ConfigurationChange>map(Kind::removed).toList()),
        /** Each one is replaced by another one before the next is removed. */
        REPLACE(count -> IntStream.range(0, count)
                .mapToObj(i -> List.<ConfigurationChange>of(removed(service(i)), added(service(count + i))))
                .flatMap(List::stream)
                .toList()),
        /** Each one is removed, and added again. */
        RENEW(count -> IntStream.range(0, count)
                .mapToObj(i -> List.<ConfigurationChange>of(removed(service(i)), added(service(i))))
                .flatMap(List::stream)
                .toList());

        private final Function<Integer, List<ConfigurationChange>> changes;

        Kind(Function<Integer, List<ConfigurationChange>> changes) {
            this.changes = changes;
        }

        private static ServiceAdded added(VirtualService service) {
            return new ServiceAdded(service, List.of(A, B));
        }

        private static ServiceRemoved removed(VirtualService service) {
            return new ServiceRemoved(service, List.of(A, B));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rr", "wrr", "wlc", "sh", "dh", "mh", "mh-bounded", "peak-ewma", "rendezvous"})
    void apply_twiceAsManyServersOfAService_notMuchMoreThanTwiceTheMemory(String scheduler) {
        for (boolean together : new boolean[] {true, false}) {
            allocatedBytes(scheduler, SERVICES / 2, together);
            long once = allocatedBytes(scheduler, SERVICES, together);
            long twice = allocatedBytes(scheduler, SERVICES * 2, together);

            assertThat(twice).as("bytes allocated, %s for half as many", once).isLessThan(once * 5 / 2);
        }
    }

    /** Adds servers to a service, or one service together with its servers. */
    private static long allocatedBytes(String scheduler, int count, boolean together) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        VirtualService service =
                VirtualService.builder(WEB).scheduler(scheduler).build();
        List<RealServer> servers = IntStream.range(0, count)
                .mapToObj(i -> RealServer.of("192.168." + i / 256 + "." + i % 256 + ":80"))
                .toList();
        Director director = Director.create();
        List<ConfigurationChange> changes;
        if (together) {
            changes = List.of(new ServiceAdded(service, servers));
        } else {
            director.addService(service);
            changes = servers.stream()
                    .<ConfigurationChange>map(server -> new ServerAdded(WEB, server))
                    .toList();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        director.apply(changes);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(director.service(WEB).servers()).hasSize(count);
        return allocated;
    }

    @Test
    void apply_oneOfManyServersIsThereAlready_refusedAndNothingChanged() {
        Director director = Director.create();
        director.addService(VirtualService.builder(WEB).build(), A);
        DirectorConfiguration before = director.configuration();

        assertThatThrownBy(() -> director.apply(List.of(new ServerAdded(WEB, B), new ServerAdded(WEB, A))))
                .hasMessage("server already exists: 192.168.1.1:80 in TCP 10.0.0.1:80");
        assertThatThrownBy(() -> director.apply(List.of(new ServerAdded(WEB, B), new ServerAdded(WEB, B))))
                .hasMessage("server already exists: 192.168.1.2:80 in TCP 10.0.0.1:80");

        assertThat(director.configuration()).isEqualTo(before);
    }

    private static Stream<VirtualService> services(int from, int to) {
        return IntStream.range(from, to).mapToObj(LongChangeListTest::service);
    }

    private static VirtualService service(int number) {
        IpAddress address = IpAddress.of(AddressFamily.IPV4, 0, 0x0A00_0000L + number);
        return VirtualService.builder(ServiceKey.of(Protocol.TCP, new Endpoint(address, 80)))
                .scheduler("rr")
                .build();
    }

    @AfterEach
    void recover() {
        FaultyScheduler.recover();
    }

    @ParameterizedTest
    @EnumSource
    void apply_twiceAsManyServices_notMuchMoreThanTwiceTheMemory(Kind kind) {
        allocatedBytes(kind, SERVICES);
        long once = allocatedBytes(kind, SERVICES);
        long twice = allocatedBytes(kind, SERVICES * 2);

        assertThat(twice).as("bytes allocated, %s for half as many", once).isLessThan(once * 5 / 2);
    }

    private static long allocatedBytes(Kind kind, int count) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Director director = Director.create();
        director.apply(services(0, count).<ConfigurationChange>map(Kind::added).toList());
        List<ConfigurationChange> changes = kind.changes.apply(count);
        long before = threads.getCurrentThreadAllocatedBytes();
        director.apply(changes);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @ParameterizedTest
    @EnumSource
    void apply_inverse_servicesAsBefore(Kind kind) {
        Director director = Director.create();
        director.apply(services(0, 40).<ConfigurationChange>map(Kind::added).toList());
        DirectorConfiguration before = director.configuration();

        List<ConfigurationChange> made = director.apply(kind.changes.apply(40));
        DirectorConfiguration after = director.configuration();
        director.apply(ConfigurationChange.inverseOf(made));

        assertThat(before.changesTo(director.configuration())).isEmpty();
        director.apply(made);
        assertThat(after.changesTo(director.configuration())).isEmpty();
    }

    @Test
    void apply_whileTheListIsBeingMade_packetsFindTheServicesOfBefore(@TempDir Path directory) throws IOException {
        Director director = FaultyScheduler.director(directory);
        director.addService(VirtualService.builder(DNS).build(), A);
        List<String> seen = new ArrayList<>();
        VirtualService web =
                VirtualService.builder(WEB).scheduler(FaultyScheduler.NAME).build();
        FaultyScheduler.failAfter(2, () -> {
            director.services()
                    .forEach(service -> seen.add(
                            service.service().key() + " " + service.servers().size()));
            seen.add("accepted " + director.open(DNS).accepted());
            return new IllegalStateException("boom");
        });
        List<ConfigurationChange> changes = List.of(
                new ServiceRemoved(VirtualService.builder(DNS).build(), List.of(A)),
                new ServiceAdded(web, List.of(A)),
                new ServerAdded(WEB, B));

        assertThatThrownBy(() -> director.apply(changes)).hasMessage("boom");
        assertThat(seen).containsExactly(DNS + " 1", "accepted true");

        FaultyScheduler.recover();
        director.apply(changes);
        assertThat(director.services())
                .extracting(service -> service.service().key())
                .containsExactly(WEB);
    }

    @Test
    void apply_serviceRemovedAndAdded_serversKeepConnectionsAndCounters() {
        Director director = Director.create();
        VirtualService web = VirtualService.builder(WEB).scheduler("rr").build();
        director.addService(web, A, B);
        try (Connection first = director.open(WEB)) {
            assertThat(first.server()).isEqualTo(B);
            director.apply(List.of(
                    new ServiceRemoved(web, List.of()),
                    new ServiceAdded(web, List.of(B)),
                    new ServiceRemoved(web, List.of()),
                    new ServiceAdded(web, List.of(B, A))));
            assertThat(director.service(WEB).servers())
                    .extracting(server -> server.server() + " " + server.active())
                    .containsExactly(A + " 0", B + " 1");
        }
    }

    @Test
    void apply_schedulerChangesTheDirector_refusedAndNothingChanged(@TempDir Path directory) throws IOException {
        Director director = FaultyScheduler.director(directory);
        director.addService(VirtualService.builder(DNS).build(), A);
        DirectorConfiguration before = director.configuration();
        FaultyScheduler.failAfter(0, () -> {
            director.removeService(DNS);
            return new IllegalStateException("not reached");
        });

        assertThatThrownBy(() -> director.addService(VirtualService.builder(WEB)
                        .scheduler(FaultyScheduler.NAME)
                        .build()))
                .hasMessage("a scheduler must not change the director that is calling it");

        assertThat(director.configuration()).isEqualTo(before);
    }
}
