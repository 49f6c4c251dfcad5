package org.lvs4j.netty.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.Script;
import org.lvs4j.health.SorryServer;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The configurations of the soak: twenty services with ten servers each, of which each further configuration leaves out,
 * brings back and changes some.
 */
final class SoakPlan {
    static final int SERVICES = 20;
    static final int SERVERS = 10;
    private static final int FIRST_OF_DATAGRAMS = 14;
    private static final int FIRST_OF_PROGRAMS = 17;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Script NOTHING = Script.of("/bin/true");
    private static final String SCRIPT = """
            read state < "$1" || exit 9
            case $state in
                hang) sleep 60 ;;
                kill) kill -9 $$ ;;
                *) exit ${state:-1} ;;
            esac
            """;

    private final List<SoakServer> servers;
    private final SoakServer sorry;
    private final String network;
    private final Path script;
    /** The services of the last configuration; null for one that it left out. */
    private final MonitoredService[] last = new MonitoredService[SERVICES];

    /**
     * The plan for servers of each service in turn.
     *
     * @param network the first two numbers of loopback addresses for services
     */
    SoakPlan(List<SoakServer> servers, SoakServer sorry, String network, Path directory) throws IOException {
        this.servers = servers;
        this.sorry = sorry;
        this.network = network;
        script = Files.writeString(directory.resolve("misc.sh"), SCRIPT);
    }

    static boolean ofDatagrams(int service) {
        return service >= FIRST_OF_DATAGRAMS && service < FIRST_OF_PROGRAMS;
    }

    /** The address of each service, and a second one of the groups. The system chooses the ports. */
    List<ServiceKey> keys(int service) {
        Protocol protocol = ofDatagrams(service) ? Protocol.UDP : Protocol.TCP;
        Stream<String> hosts = service % 7 == 3 ? Stream.of(".1.", ".2.") : Stream.of(".1.");
        return hosts.<ServiceKey>map(
                        host -> new ServiceKey.Address(protocol, Endpoint.parse(network + host + (service + 1) + ":0")))
                .toList();
    }

    /** All services with all servers, probed fast and without delay. */
    HealthConfiguration base() {
        for (int i = 0; i < SERVICES; i++) {
            last[i] = service(i, null);
        }
        return configuration(false);
    }

    /** The last configuration with a quarter of its services changed. */
    HealthConfiguration next(SplittableRandom random) {
        for (int i = 0; i < SERVICES; i++) {
            if (random.nextInt(4) == 0) {
                last[i] = random.nextInt(8) == 0 ? null : service(i, random);
            }
        }
        return configuration(random.nextBoolean());
    }

    private HealthConfiguration configuration(boolean notifyAtStart) {
        return new HealthConfiguration(Stream.of(last).filter(Objects::nonNull).toList(), notifyAtStart);
    }

    private MonitoredService service(int index, SplittableRandom random) {
        SplittableRandom chance = random == null ? new SplittableRandom(index) : random;
        boolean base = random == null;
        List<VirtualService> services = keys(index).stream()
                .map(key -> VirtualService.builder(key)
                        .scheduler(List.of("rr", "wlc", "wrr").get(chance.nextInt(3)))
                        .build())
                .toList();
        MonitoredService.Builder builder = services.size() > 1
                ? MonitoredService.builder("group" + index, services)
                : MonitoredService.builder(services.get(0));
        int quorum = 1 + chance.nextInt(5);
        builder.quorum(new Quorum(quorum, chance.nextInt(quorum), NOTHING, NOTHING))
                .alpha(chance.nextInt(5) == 0)
                .omega(chance.nextInt(5) == 0)
                .sorryServer(
                        chance.nextBoolean()
                                ? new SorryServer(RealServer.of(sorry.endpoint()), chance.nextInt(3) == 0)
                                : null)
                .passiveCheck(
                        index % 3 == 0 ? new PassiveCheck(3, Duration.ofMillis(300), Duration.ofSeconds(2), 30) : null);
        CheckSchedule schedule = base ? schedule(200, 50, 1, 1) : schedule(chance);
        for (int i = 0; i < SERVERS; i++) {
            if (base || chance.nextInt(12) > 0) {
                builder.server(server(index, servers.get(index * SERVERS + i), schedule, chance));
            }
        }
        return builder.build();
    }

    private static CheckSchedule schedule(SplittableRandom chance) {
        return schedule(150 + chance.nextInt(300), 20 + chance.nextInt(100), chance.nextInt(3), 1 + chance.nextInt(2));
    }

    private static CheckSchedule schedule(int interval, int retryInterval, int retries, int rounds) {
        return CheckSchedule.builder()
                .interval(Duration.ofMillis(interval))
                .retryInterval(Duration.ofMillis(retryInterval))
                .retries(retries)
                .rise(rounds)
                .fall(rounds)
                .warmup(Duration.ofMillis(interval))
                .build();
    }

    private MonitoredServer server(int service, SoakServer server, CheckSchedule schedule, SplittableRandom chance) {
        RealServer real = RealServer.builder(server.endpoint())
                .weight(1 + chance.nextInt(4))
                .build();
        boolean told = service % 5 == 0;
        return new MonitoredServer(
                real,
                checks(service, server, schedule),
                chance.nextInt(4) == 0,
                told ? NOTHING : null,
                told ? NOTHING : null);
    }

    private List<Check> checks(int service, SoakServer server, CheckSchedule schedule) {
        ProbeTarget target = ProbeTarget.of(server.endpoint()).withTimeout(TIMEOUT);
        TrackedFile file = new TrackedFile(server.file.getFileName().toString(), server.file, null);
        Check tcp = new TcpCheck(target, schedule);
        HttpCheck.Version version = HttpCheck.Version.values()[service % 3];
        Check web = new HttpCheck(target, schedule, false, false, version, false, List.of(HttpPage.of("/")));
        if (service < 6) {
            return List.of(tcp);
        }
        if (service < FIRST_OF_DATAGRAMS) {
            return service % 2 == 0 ? List.of(web) : List.of(tcp, web);
        }
        return switch (service) {
            case FIRST_OF_DATAGRAMS, FIRST_OF_DATAGRAMS + 1 ->
                List.of(new DnsCheck(target, schedule, DnsCheck.RecordType.SOA, "."));
            case FIRST_OF_PROGRAMS - 1 -> List.of(new UdpCheck(target, schedule, null, null, 0, 255));
            case FIRST_OF_PROGRAMS -> List.of(program(server, false), tcp);
            case FIRST_OF_PROGRAMS + 1 -> List.of(program(server, true));
            default -> List.of(new FileCheck(file, 0, false), new FileCheck(file, 1, true), tcp);
        };
    }

    private Check program(SoakServer server, boolean dynamic) {
        CheckSchedule slower = schedule(800, 100, 1, 1);
        Script run = Script.of("/bin/sh", script.toString(), server.file.toString());
        return new MiscCheck(run, slower, TIMEOUT, dynamic);
    }
}
