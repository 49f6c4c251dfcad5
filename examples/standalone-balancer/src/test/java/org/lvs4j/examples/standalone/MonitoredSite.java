package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Three nginx servers named a, b and c, one for the time without them, and {@code lvsd} with a keepalived file of four
 * services, which all have these servers: with {@code HTTP_GET} and with {@code TCP_CHECK}, each for clients that keep
 * their connections and for clients with a new connection for every request.
 */
final class MonitoredSite implements AutoCloseable {
    static final Duration DELAY_LOOP = Duration.ofSeconds(1);
    static final Duration BEFORE_RETRY = Duration.ofMillis(200);
    static final Duration TIMEOUT = Duration.ofMillis(500);
    static final Duration SLOW_START = Duration.ofSeconds(3);
    static final int WEIGHT = 40;
    private static final String SERVICE = """
            virtual_server 127.0.0.1 %d {
                delay_loop 1
                warmup 0
                retry 1
                delay_before_retry 0.2
                connect_timeout 0.5
                lvs_sched wrr
                lvs_method NAT
                protocol TCP
                #lvs4j slow-start=3s
                sorry_server %s
            %s}
            """;
    private static final String SERVER = """
                real_server %s {
                    weight %d
                    %s
                }
            """;

    private final List<String> prefix;
    private final Map<String, Nginx> servers = new LinkedHashMap<>();
    private final List<Service> services = new ArrayList<>();
    private final Path directory;
    private Nginx sorry;
    private Daemon lvsd;

    /** A service: whether its checks are by HTTP, and whether its clients keep their connections. */
    record Service(int port, boolean http, boolean keepAlive) {
        String address() {
            return "127.0.0.1:" + port;
        }

        String url() {
            return "http://" + address() + "/";
        }

        @Override
        public String toString() {
            return (http ? "HTTP_GET" : "TCP_CHECK") + (keepAlive ? ", kept connections" : ", new connections");
        }
    }

    /** The row of a server in the listing. */
    record Row(int weight, int active, int inactive) {}

    /**
     * Starts everything.
     *
     * @param prefix the words before the commands of all programs but server c
     * @param c the last server, which the site closes
     */
    MonitoredSite(Path directory, List<String> prefix, Nginx c) throws IOException, InterruptedException {
        this.directory = directory;
        this.prefix = prefix;
        servers.put("c", c);
        try {
            start();
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        servers.put("a", local("a"));
        servers.put("b", local("b"));
        sorry = local("sorry");
        int first = FreePort.first(4);
        for (int i = 0; i < 4; i++) {
            services.add(new Service(first + i, i < 2, i % 2 == 0));
        }
        Path file = Files.writeString(directory.resolve("keepalived.conf"), configuration());
        String[] options = {"--connect-timeout", "1s", "--retry-unanswered", "16384"};
        lvsd = Daemon.start(directory, Daemon.BRIEF, prefix, file, options);
    }

    private Nginx local(String name) throws IOException, InterruptedException {
        String page = "default_type text/plain; return 200 \"" + name + "\\n\";";
        return Nginx.start(name, directory, directory, prefix, "127.0.0.1", page);
    }

    private String configuration() {
        return services.stream()
                .map(service -> SERVICE.formatted(
                        service.port(),
                        words(sorry),
                        servers.values().stream()
                                .map(server -> SERVER.formatted(words(server), WEIGHT, check(service)))
                                .collect(Collectors.joining())))
                .collect(Collectors.joining());
    }

    private static String words(Nginx server) {
        return server.endpoint().replace(':', ' ');
    }

    private static String check(Service service) {
        return service.http() ? "HTTP_GET {\n url {\n path /probe\n status_code 200\n }\n }" : "TCP_CHECK {\n }";
    }

    /** How long a failure may go unnoticed if each probe of the failed server takes so long: one, and its repetition. */
    static Duration failureLimit(Duration probe) {
        return DELAY_LOOP.plus(probe).plus(BEFORE_RETRY).plus(probe);
    }

    /**
     * How long a recovery may go unnoticed if a probe takes so long that has started before: by HTTP the page that has
     * failed must be there, and after that all pages.
     */
    static Duration recoveryLimit(Service service, Duration probe) {
        return probe.plus(service.http() ? DELAY_LOOP.multipliedBy(2) : DELAY_LOOP);
    }

    Nginx server(String name) {
        return servers.get(name);
    }

    List<Service> services() {
        return services;
    }

    /** Waits until every server has been probed twice: the first failure of a start would decide alone. */
    void awaitProbes() throws InterruptedException {
        lvsd.await("probes", () -> servers.values().stream().allMatch(server -> server.probes() >= 4));
    }

    Daemon lvsd() {
        return lvsd;
    }

    /** Clients of a service that send requests from now on. */
    Wrk load(Service service, int connections) throws IOException, InterruptedException {
        return Wrk.start(directory, prefix, service.url(), connections, service.keepAlive());
    }

    private List<String> ask(String... arguments) {
        try {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            ByteArrayOutputStream error = new ByteArrayOutputStream();
            int exitCode = ControlClient.run(lvsd.socket(), arguments, InputStream.nullInputStream(), output, error);
            assertThat(exitCode).as(error.toString(StandardCharsets.UTF_8)).isZero();
            return output.toString(StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Map<String, String[]> columns(Service service, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-L", "-n", "-t", service.address()));
        arguments.addAll(List.of(options));
        Map<String, String> names = new LinkedHashMap<>();
        servers.forEach((name, server) -> names.put(server.endpoint(), name));
        names.put(sorry.endpoint(), "sorry");
        Map<String, String[]> columns = new LinkedHashMap<>();
        for (String line : ask(arguments.toArray(String[]::new))) {
            String[] words = line.trim().split(" +");
            if (words[0].equals("->") && names.containsKey(words[1])) {
                columns.put(names.get(words[1]), words);
            }
        }
        return columns;
    }

    /** The servers of a service in the table, by name. */
    Map<String, Row> table(Service service) {
        return columns(service).entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> {
            String[] words = entry.getValue();
            return new Row(Integer.parseInt(words[3]), Integer.parseInt(words[4]), Integer.parseInt(words[5]));
        }));
    }

    /** How many connections each server of a service has had since it came into the table. */
    Map<String, Long> connections(Service service) {
        return columns(service, "--stats", "--exact").entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Long.parseLong(entry.getValue()[2])));
    }

    /**
     * Waits until the table of each given service fulfils a condition.
     *
     * @return how long that takes for each service, from {@code sinceNanos} on
     */
    Map<Service, Duration> await(
            String what, long sinceNanos, Predicate<Service> which, Predicate<Map<String, Row>> condition)
            throws InterruptedException {
        Map<Service, Duration> times = new LinkedHashMap<>();
        lvsd.await(what, () -> {
            for (Service service : services) {
                if (which.test(service) && !times.containsKey(service) && condition.test(table(service))) {
                    times.put(service, Duration.ofNanos(System.nanoTime() - sinceNanos));
                }
            }
            return times.size() == services.stream().filter(which).count();
        });
        return times;
    }

    /** The names of the servers that answer some requests, each on a new connection; none may fail. */
    Set<String> answers(Service service, int requests) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Programs.require("curl", "curl").toString());
        command.addAll(List.of("--silent", "--show-error", "--fail", "--max-time", "20"));
        command.addAll(List.of("--header", "Connection: close", service.url() + "?[1-" + requests + "]"));
        return new TreeSet<>(Programs.run(new ProcessBuilder(command), "")
                .outputOfSuccess()
                .lines()
                .toList());
    }

    @Override
    public void close() {
        if (lvsd != null) {
            lvsd.close();
        }
        servers.values().forEach(Nginx::close);
        if (sorry != null) {
            sorry.close();
        }
    }
}
