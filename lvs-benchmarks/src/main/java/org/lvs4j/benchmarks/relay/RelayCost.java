package org.lvs4j.benchmarks.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What does a proxy cost? Each runs alone on the first core, the load and the servers on the second. For each kind of load, every
 * proxy is warmed up, and then they take turns, there and back, so that what changes on the machine meets all of them. The
 * figures are the processor time of all processes of the proxy, by the number of requests, connections, bytes and datagrams
 * that the load counted.
 *
 * <p>Arguments: names of {@link RelayPeer} joined by commas, the number of open connections of the load, and the seconds of
 * a round, or nothing for those of a whole run. Needs two cores, {@code taskset} and {@code wrk}.
 */
public final class RelayCost {
    private static final int PROXY_CORE = 0;
    private static final int LOAD_CORE = 1;
    private static final int ROUNDS = 4;
    private static final int SECONDS = 5;
    private static final int WARM_UP_SECONDS = 20;
    private static final int IDLE_CONNECTIONS = 9000;
    private static final int COLD_CONNECTIONS = 10_000;
    private static final int AT_A_TIME = 100;
    /** A first look opens so many times fewer connections. */
    private static final int QUICK_PART = 4;

    private static final Pattern TIME = Pattern.compile("(50|99)%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern TOTAL = Pattern.compile("([0-9]+) requests in [0-9.]+");
    private static final Pattern ERRORS = Pattern.compile("(Socket errors|Non-2xx).*");

    /** A kind of load. */
    private enum Load {
        /** Small requests on connections that stay open. */
        REQUEST("2", false),
        /** A connection for each request. */
        CONNECTION("2", true),
        KILOBYTES_64("65536", false),
        MEGABYTE("1048576", false),
        /** Datagrams of 64 bytes, and their answers. */
        DATAGRAM("", false);

        final String path;
        final boolean closes;

        Load(String path, boolean closes) {
            this.path = path;
            this.closes = closes;
        }

        /** How many bytes one request moves; 0 if it is not bytes that count. */
        long bytes() {
            return this == KILOBYTES_64 || this == MEGABYTE ? Long.parseLong(path) : 0;
        }

        /** The name of what it costs. */
        String metric() {
            return switch (this) {
                case REQUEST -> "cpuPerRequest";
                case CONNECTION -> "cpuPerConnection";
                case KILOBYTES_64 -> "cpuPerGigabyteOf64KiB";
                case MEGABYTE -> "cpuPerGigabyteOf1MiB";
                case DATAGRAM -> "cpuPerDatagram";
            };
        }
    }

    /** What the load counted in a round. Times in microseconds. */
    private record Counted(long operations, long failed, double p50, double p99) {}

    private final List<RelayPeer> peers;
    private final int connections;
    private final int seconds;
    private final int warmUpSeconds;
    private final int rounds;
    private final int idleConnections;
    private final int coldConnections;
    private final Path directory;
    private final Map<RelayPeer, ProxyProcess> proxies = new EnumMap<>(RelayPeer.class);
    private final Map<RelayPeer, Integer> ports = new EnumMap<>(RelayPeer.class);
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private RelayCost(List<RelayPeer> peers, int connections, int seconds, boolean whole, Path directory) {
        this.peers = peers;
        this.connections = connections;
        this.seconds = seconds;
        warmUpSeconds = whole ? WARM_UP_SECONDS : seconds;
        rounds = whole ? ROUNDS : 2;
        idleConnections = whole ? IDLE_CONNECTIONS : IDLE_CONNECTIONS / QUICK_PART;
        coldConnections = whole ? COLD_CONNECTIONS : COLD_CONNECTIONS / QUICK_PART;
        this.directory = directory;
    }

    /** Measures, and prints a line for each figure: peer, name, value of each round, unit. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (Runtime.getRuntime().availableProcessors() < 2
                || Programs.find("taskset") == null
                || Programs.find("wrk") == null) {
            System.out.println("skipped: needs two cores, taskset and wrk");
            return;
        }
        List<RelayPeer> peers = new ArrayList<>();
        for (String name : args[0].split(",")) {
            RelayPeer peer = RelayPeer.valueOf(name);
            String unavailability = peer.unavailability();
            if (unavailability == null) {
                peers.add(peer);
            } else {
                System.out.println("skipped: " + peer + ": " + unavailability);
            }
        }
        Path directory = Files.createTempDirectory("relay-cost");
        try {
            boolean whole = args.length < 3;
            new RelayCost(
                            peers,
                            Integer.parseInt(args[1]),
                            whole ? SECONDS : Integer.parseInt(args[2]),
                            whole,
                            directory)
                    .measureAll();
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(directory);
        }
    }

    private void measureAll() throws IOException, InterruptedException {
        try (ProxyProcess origin =
                ProxyProcess.start(LOAD_CORE, java(Origin.class, List.of("0"), "-Xmx256m", "-XX:+UseSerialGC"), null)) {
            int originPort = Integer.parseInt(origin.firstLine());
            for (RelayPeer peer : peers) {
                measureCold(peer, originPort);
            }
            for (RelayPeer peer : peers) {
                measureIdle(peer, originPort);
            }
            for (RelayPeer peer : peers) {
                start(peer, originPort);
            }
            for (Load load : EnumSet.allOf(Load.class)) {
                measure(load);
            }
        } finally {
            proxies.values().forEach(ProxyProcess::close);
        }
        values.forEach((name, each) -> System.out.println(
                name.substring(0, name.indexOf('|')) + String.join(",", each) + name.substring(name.indexOf('|') + 1)));
    }

    private static List<String> java(Class<?> program, List<String> arguments, String... options) {
        List<String> command = Programs.concat(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(arguments);
        return command;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start(RelayPeer peer, int originPort) throws IOException, InterruptedException {
        int port = freePort();
        ProxyProcess proxy = ProxyProcess.start(
                PROXY_CORE, peer.command(directory, port, originPort), directory.resolve(peer + ".log"));
        proxies.put(peer, proxy);
        ports.put(peer, port);
        proxy.awaitPort(port);
    }

    private void stop(RelayPeer peer) {
        ProxyProcess proxy = proxies.remove(peer);
        if (proxy != null) {
            proxy.close();
        }
    }

    private ProxyProcess proxy(RelayPeer peer) {
        ProxyProcess proxy = proxies.get(peer);
        if (proxy == null) {
            throw new IllegalStateException(peer + " is not running");
        }
        return proxy;
    }

    private void add(RelayPeer peer, String metric, double value, String unit) {
        values.computeIfAbsent(peer + " " + metric + ": | " + unit, name -> new ArrayList<>())
                .add(String.format(Locale.ROOT, "%.3f", value));
    }

    /** The first connections after the start, one by one, and the start itself. */
    private void measureCold(RelayPeer peer, int originPort) throws IOException, InterruptedException {
        for (int round = 0; round < Math.min(2, rounds); round++) {
            start(peer, originPort);
            long cpu = proxy(peer).cpuNanos();
            for (int i = 0; i < coldConnections; i += AT_A_TIME) {
                IdleClients.open(ports.get(peer), AT_A_TIME).close();
            }
            add(peer, "cpuOfStart", cpu / 1e6, "ms");
            add(peer, "cpuPerColdConnection", (proxy(peer).cpuNanos() - cpu) / 1e3 / coldConnections, "us");
            stop(peer);
        }
        progress(peer + ": start and the first " + coldConnections + " connections");
    }

    private void measureIdle(RelayPeer peer, int originPort) throws IOException, InterruptedException {
        start(peer, originPort);
        // What the process needs for connections at all is there before.
        IdleClients.open(ports.get(peer), AT_A_TIME).close();
        Thread.sleep(1000);
        long before = proxy(peer).residentBytes(peer.isJvm());
        try (IdleClients idle = IdleClients.open(ports.get(peer), idleConnections)) {
            Thread.sleep(1000);
            double each = (proxy(peer).residentBytes(peer.isJvm()) - before) / (double) idle.count();
            add(peer, "memoryPerIdleConnection", each, "B");
        }
        stop(peer);
        progress(peer + ": idle connections");
    }

    private void measure(Load load) throws IOException, InterruptedException {
        List<RelayPeer> order = new ArrayList<>(peers);
        order.removeIf(peer -> load == Load.DATAGRAM && !peer.passesDatagrams());
        for (RelayPeer peer : order) {
            run(load, peer, warmUpSeconds);
        }
        for (int round = 0; round < rounds; round++) {
            for (RelayPeer peer : order) {
                long cpu = proxy(peer).cpuNanos();
                Counted counted = run(load, peer, seconds);
                cpu = proxy(peer).cpuNanos() - cpu;
                if (load.bytes() != 0) {
                    add(peer, load.metric(), cpu / 1e6 / (counted.operations() * load.bytes() / 1e9), "ms");
                } else {
                    add(peer, load.metric(), cpu / 1e3 / counted.operations(), "us");
                }
                String name = load.name().charAt(0) + load.name().substring(1).toLowerCase(Locale.ROOT);
                add(peer, "timeOf" + name + "P50", counted.p50(), "us");
                add(peer, "timeOf" + name + "P99", counted.p99(), "us");
                if (load == Load.DATAGRAM) {
                    add(peer, "unansweredOfAMillion", 1e6 * counted.failed() / counted.operations(), "datagrams");
                } else if (counted.failed() != 0) {
                    throw new IOException(peer + ": requests have failed");
                }
            }
            Collections.reverse(order);
            progress(load + ": round " + (round + 1) + " of " + rounds);
        }
    }

    private static void progress(String done) {
        System.err.println("run: " + done);
    }

    private Counted run(Load load, RelayPeer peer, int duration) throws IOException, InterruptedException {
        int port = ports.get(peer);
        if (load == Load.DATAGRAM) {
            List<String> arguments =
                    List.of(String.valueOf(port), String.valueOf(connections), String.valueOf(duration));
            try (ProxyProcess client = ProxyProcess.start(
                    LOAD_CORE, java(DatagramLoad.class, arguments, "-Xmx128m", "-XX:+UseSerialGC"), null)) {
                String[] words = client.outputOfSuccess().strip().split(" ");
                return new Counted(
                        Long.parseLong(words[0]),
                        Long.parseLong(words[1]),
                        Double.parseDouble(words[2]),
                        Double.parseDouble(words[3]));
            }
        }
        List<String> wrk = Programs.concat(
                Programs.path("wrk"), "-t1", "-c" + connections, "-d" + duration, "--timeout", "10s", "--latency");
        if (load.closes) {
            wrk.addAll(List.of("-H", "Connection: close"));
        }
        wrk.add("http://127.0.0.1:" + port + "/" + load.path);
        try (ProxyProcess client = ProxyProcess.start(LOAD_CORE, wrk, null)) {
            return counted(client.outputOfSuccess());
        }
    }

    private static Counted counted(String output) throws IOException {
        Matcher total = TOTAL.matcher(output);
        Matcher times = TIME.matcher(output);
        if (!total.find() || !times.find()) {
            throw new IOException("wrk has measured nothing: " + output);
        }
        double p50 = micros(times);
        if (!times.find()) {
            throw new IOException("wrk tells no p99: " + output);
        }
        Matcher errors = ERRORS.matcher(output);
        if (errors.find()) {
            throw new IOException("requests have failed: " + errors.group());
        }
        return new Counted(Long.parseLong(total.group(1)), 0, p50, micros(times));
    }

    private static double micros(Matcher time) {
        double unit = time.group(3).equals("us") ? 1 : time.group(3).equals("ms") ? 1e3 : 1e6;
        return Double.parseDouble(time.group(2)) * unit;
    }
}
