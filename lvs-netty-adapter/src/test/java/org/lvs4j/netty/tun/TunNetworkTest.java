package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class TunNetworkTest {
    private static final int SERVICES = 10_000;
    private static final ServiceKey FIRST = key(0);

    private static final List<String> VIRTUAL = List.of(
            "192.0.2.100:80",
            "192.0.2.100:443",
            "192.0.2.101:80",
            "198.51.100.1:80",
            "192.0.2.250:80",
            "[2001:db8::100]:80",
            "[2001:db8::100]:443",
            "[2001:db8::200]:80",
            "[fd00::77]:80");
    private static final List<String> SERVERS = List.of(
            "10.0.0.2:80",
            "10.0.0.2:81",
            "10.0.0.3:80",
            "10.0.0.4:80",
            "10.9.0.1:80",
            "[fd00::2]:80",
            "[fd00::3]:80",
            "[2001:db8:9::1]:80");

    private final Director director = Director.create();

    private static ServiceKey key(int number) {
        return ServiceKey.tcp("100.64." + (number >> 8) + "." + (number & 255) + ":80");
    }

    private static RealServer server(int service, int number) {
        return RealServer.of("10." + (number + 1) + "." + (service >> 8) + "." + (service & 255) + ":8080");
    }

    // ---- the same as from scratch

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_261_129})
    void follow_randomChangesAndFailures_sameAsFromScratch(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FakeHost host = new FakeHost(director);
        host.refresh();
        for (int round = 0; round < 100; round++) {
            DirectorConfiguration before = director.configuration();
            Set<String> kernelBefore = host.kernel();
            for (int i = random.nextInt(4); i >= 0; i--) {
                changeConfiguration(random);
            }
            if (random.nextInt(20) == 0) {
                changeHost(host, random);
            }
            if (random.nextInt(4) == 0) {
                host.commandsUntilFailure = random.nextInt(6);
            }
            try {
                host.refresh();
            } catch (TunException e) {
                assertThat(host.kernel())
                        .as("seed %d, round %d, after %s", seed, round, e.getMessage())
                        .isEqualTo(kernelBefore);
                director.apply(before);
                host.commandsUntilFailure = Integer.MAX_VALUE;
                host.refresh();
            }
            host.commandsUntilFailure = Integer.MAX_VALUE;
            if (round % 3 == 0) {
                assertSameAsFromScratch(host, "seed " + seed + ", round " + round);
            }
        }
        host.network.undo();
        host.network.closeDevices();
        assertThat(host.objects).isEmpty();
        assertThat(host.openDevices).isEmpty();
    }

    private void assertSameAsFromScratch(FakeHost host, String when) {
        FakeHost scratch = new FakeHost(director);
        scratch.links.clear();
        scratch.links.addAll(host.links);
        scratch.unreachable = host.unreachable;
        scratch.refresh();
        scratch.close();

        assertThat(host.plan()).as(when).isEqualTo(scratch.plan());
        assertThat(host.kernel()).as(when).isEqualTo(scratch.kernel());
        assertThat(host.openDevices).as(when).hasSameSizeAs(scratch.openDevices);
        List<String> all = new ArrayList<>(VIRTUAL);
        all.addAll(SERVERS);
        all.add("203.0.113.1:1");
        all.add("[2001:db8:ffff::1]:1");
        for (String text : all) {
            IpAddress address = Endpoint.parse(text).address();
            NetworkView view = host.network.view();
            NetworkView expected = scratch.network.view();
            assertThat(view.isVirtual(address.family(), address.high(), address.low()))
                    .as("%s, virtual %s", when, address)
                    .isEqualTo(expected.isVirtual(address.family(), address.high(), address.low()));
            assertThat(view.source(address.family(), address.high(), address.low()))
                    .as("%s, source towards %s", when, address)
                    .isEqualTo(expected.source(address.family(), address.high(), address.low()));
            assertThat(view.direct(address) == null)
                    .as("%s, no device of %s", when, address)
                    .isEqualTo(expected.direct(address) == null);
        }
    }

    private void changeConfiguration(SplittableRandom random) {
        ServiceKey key = random.nextInt(10) == 0
                ? ServiceKey.mark(9)
                : ServiceKey.tcp(VIRTUAL.get(random.nextInt(VIRTUAL.size())));
        Forwarding forwarding = switch (random.nextInt(3)) {
            case 0 -> Forwarding.masquerade();
            case 1 -> Forwarding.direct();
            default -> Forwarding.ipip();
        };
        RealServer server = RealServer.builder(SERVERS.get(random.nextInt(SERVERS.size())))
                .weight(random.nextInt(3))
                .forwarding(forwarding)
                .build();
        try {
            switch (random.nextInt(8)) {
                case 0, 1 -> director.addService(VirtualService.builder(key).build(), server);
                case 2 -> director.removeService(key);
                case 3, 4 -> director.addServer(key, server);
                case 5 -> director.editServer(key, server);
                case 6 -> director.removeServer(key, server.endpoint());
                default -> director.setServers(key, List.of(server));
            }
        } catch (DirectorException e) {
            // It exists already, or does not.
        }
    }

    private static void changeHost(FakeHost host, SplittableRandom random) {
        switch (random.nextInt(3)) {
            case 0 -> host.links.removeIf(link -> link.name().equals("eth2"));
            case 1 -> {
                host.links.removeIf(link -> link.name().equals("eth2"));
                host.links.add(FakeHost.link("eth2", "198.51.100.9/24", "2001:db8:0:1::1/56"));
            }
            default -> host.unreachable = host.unreachable.equals("none") ? "10." : "none";
        }
    }

    // ---- costs

    @Test
    @Tag("slow")
    void follow_oneChangeAmongTenThousandServices_constantWork() {
        for (int i = 0; i < SERVICES; i++) {
            director.addService(VirtualService.builder(key(i)).build(), server(i, 0), server(i, 1));
        }
        FakeHost host = new FakeHost(director);
        host.refresh();
        assertThat(host.network.servicesRead()).isEqualTo(SERVICES);
        // A route for each service, and a rule for each prefix that contains servers.
        assertThat(host.commands).isBetween(SERVICES, SERVICES + AnswerPrefixes.MOST + 20);

        // The rule of a further prefix.
        assertWork(host, () -> director.addServer(FIRST, server(0, 2)), 1, 1);
        assertWork(host, () -> director.editServer(FIRST, server(0, 2).withWeight(7)), 0, 0);
        assertWork(host, () -> director.removeServer(FIRST, server(0, 2).endpoint()), 1, 1);
        // The route of the service. Its servers share their prefixes with others.
        assertWork(host, () -> director.removeService(FIRST), 1, 1);
        assertWork(
                host,
                () -> director.addService(VirtualService.builder(FIRST).build(), server(0, 0), server(0, 1)),
                1,
                1);
        assertWork(host, () -> {}, 0, 0);
    }

    private static void assertWork(FakeHost host, Runnable change, int services, int commands) {
        long servicesRead = host.network.servicesRead();
        long needsPlanned = host.network.needsPlanned();
        int commandsRun = host.commands;
        int lookups = host.lookups;

        change.run();
        host.refresh();

        assertThat(host.network.servicesRead() - servicesRead).isEqualTo(services);
        assertThat(host.commands - commandsRun).isEqualTo(commands);
        // Those with commands, and the two servers of a service.
        assertThat(host.network.needsPlanned() - needsPlanned).isLessThanOrEqualTo(commands + 2);
        // Those of new servers, and one of each kind that is looked up each time.
        assertThat(host.lookups - lookups).isLessThanOrEqualTo(commands + 2 + 5);
    }

    // ---- details

    @Test
    void follow_oneOfTwoServicesOfAnAddressRemoved_addressStays() {
        director.addService(
                VirtualService.builder(ServiceKey.tcp("192.0.2.100:80")).build(), RealServer.of("10.0.0.2:80"));
        director.addService(
                VirtualService.builder(ServiceKey.tcp("192.0.2.100:443")).build(), RealServer.of("10.0.0.2:443"));
        FakeHost host = new FakeHost(director);
        host.refresh();
        Set<String> before = host.kernel();

        director.removeService(ServiceKey.tcp("192.0.2.100:443"));
        host.refresh();
        assertThat(host.kernel()).isEqualTo(before);

        director.removeService(ServiceKey.tcp("192.0.2.100:80"));
        host.refresh();
        assertThat(host.kernel()).noneMatch(line -> line.contains("192.0.2.100") || line.contains("10.0.0.2"));
    }

    @Test
    void follow_serversBeyondOneRuleEach_rulesExchangedOrKept() throws DirectorException {
        ServiceKey key = ServiceKey.tcp("192.0.2.100:80");
        List<RealServer> servers = new ArrayList<>();
        for (int i = 0; i < AnswerPrefixes.MOST; i++) {
            servers.add(RealServer.of("10.7." + i + ".1:80"));
        }
        director.addService(VirtualService.builder(key).build(), servers.toArray(RealServer[]::new));
        FakeHost host = new FakeHost(director);
        host.refresh();
        assertThat(host.objects).contains("ip rule add pref 5303 from 10.7.255.1 lookup 5301");
        Set<String> each = host.kernel();

        director.addServer(key, RealServer.of("10.8.0.1:80"));
        host.commandsUntilFailure = 3;
        assertThatThrownBy(host::refresh).isInstanceOf(TunException.class);
        assertThat(host.kernel()).isEqualTo(each);

        host.commandsUntilFailure = Integer.MAX_VALUE;
        host.refresh();
        assertSameAsFromScratch(host, "after the exchange");
        assertThat(host.objects.stream().filter(object -> object.startsWith("ip rule add pref 5303")))
                .hasSize(17)
                .contains("ip rule add pref 5303 from 10.8.0.0/20 lookup 5301");

        director.setServers(key, servers.subList(0, 2));
        host.refresh();
        assertSameAsFromScratch(host, "after the return");
        assertThat(host.objects).contains("ip rule add pref 5303 from 10.7.0.1 lookup 5301");
    }

    @Test
    void follow_tooManyDirectServers_refusedAndRestored() {
        ServiceKey key = ServiceKey.tcp("192.0.2.100:80");
        director.addService(VirtualService.builder(key).build());
        FakeHost host = new FakeHost(director);
        host.links.add(FakeHost.link("eth2", "10.1.0.1/16"));
        host.refresh();
        List<RealServer> servers = new ArrayList<>();
        for (int i = 0; i < DirectDevices.MAX_SERVERS; i++) {
            servers.add(RealServer.builder("10.1.1." + i + ":80")
                    .forwarding(Forwarding.direct())
                    .build());
        }
        director.setServers(key, servers);
        host.refresh();
        assertThat(host.openDevices).hasSize(DirectDevices.MAX_SERVERS);

        RealServer oneMore = RealServer.builder("10.1.2.1:80")
                .forwarding(Forwarding.direct())
                .build();
        director.addServer(key, oneMore);
        assertThatThrownBy(host::refresh)
                .isInstanceOf(TunException.class)
                .hasMessageContaining("257")
                .hasMessageContaining("at most 256");
        director.removeServer(key, servers.get(0).endpoint());
        host.refresh();

        assertThat(host.network.view().direct(oneMore.endpoint().address())).isNotNull();
        assertSameAsFromScratch(host, "after the exchange");
    }
}
