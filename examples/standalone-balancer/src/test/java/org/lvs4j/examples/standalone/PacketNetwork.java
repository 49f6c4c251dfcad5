package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client, a router, and behind it a local network with a director and two web servers, each in a
 * separate network namespace.
 *
 * <pre>
 * client 10.1.0.2 ---- 10.1.0.1 router 10.2.0.254 --+-- 10.2.0.1 director
 *                                                   +-- 10.2.0.11 server a
 *                                                   +-- 10.2.0.12 server b
 * </pre>
 *
 * The IPv6 networks are fd01:: and fd02::. The servers route their answers through the director, as masquerading needs,
 * except those from {@link #OWN_VIP}, an address on each of them, which they route through the router. For tunnels the
 * servers have the addresses 10.2.0.21 and 10.2.0.22, where a {@link Decapsulator} unwraps packets.
 */
final class PacketNetwork {
    static final String CLIENT = "10.1.0.2";
    static final String CLIENT_V6 = "fd01::2";
    static final String VIP = "10.2.0.100";
    static final String VIP_V6 = "fd02::100";
    static final String OWN_VIP = "10.2.0.101";
    static final String OWN_VIP_V6 = "fd02::101";
    static final int BODY_BYTES = 100_000_000;
    private static final int PART_BYTES = 5_000_000;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int PAUSE_FACTOR = 3;

    private static final String NGINX = """
            daemon off;
            user root;
            worker_processes 1;
            pid %1$s/nginx.pid;
            events { worker_connections 1000; }
            http {
                log_format clients "$remote_addr";
                access_log %1$s/access.log clients;
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;
                sendfile on;
                server {
                    listen 80;
                    listen 82;
                    listen [::]:80;
                    location / { default_type text/plain; return 200 "%2$s\\n"; }
                    location /files/ { alias %3$s/; }
                    location /put/ {
                        proxy_pass http://127.0.0.1:81/;
                        client_max_body_size 0;
                        proxy_request_buffering on;
                        access_log off;
                    }
                }
                server {
                    listen 127.0.0.1:81;
                    access_log off;
                    client_max_body_size 0;
                    location / { default_type text/plain; return 200 "$content_length\\n"; }
                }
            }
            """;

    private final Path directory;
    private final Namespaces namespaces;
    private final List<Process> processes = new ArrayList<>();

    private PacketNetwork(Path directory, Namespaces namespaces) {
        this.directory = directory;
        this.namespaces = namespaces;
    }

    /** Builds the network, or skips the test with a message. */
    static PacketNetwork create(Path directory) throws IOException, InterruptedException {
        Programs.require("nginx", "nginx-light");
        Programs.require("curl", "curl");
        PacketNetwork network =
                new PacketNetwork(directory, Namespaces.create("router", "client", "director", "a", "b"));
        try {
            network.build();
            return network;
        } catch (Throwable e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException, InterruptedException {
        byte[] body = new byte[BODY_BYTES];
        new SplittableRandom(1).nextBytes(body);
        Files.write(body(), body);
        namespaces.ip("router", "link add lan type bridge");
        namespaces.ip("router", "link set lan up");
        namespaces.ip("router", "link add to-client type veth peer name eth0 netns @client");
        addresses("router", "to-client", "10.1.0.1", "fd01::1");
        addresses("router", "lan", "10.2.0.254", "fd02::254");
        addresses("client", "eth0", CLIENT, CLIENT_V6);
        gateway("client", "10.1.0.1", "fd01::1");
        namespaces.sysctl("router", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        join("director", "10.2.0.1", "fd02::1", "10.2.0.254", "fd02::254");
        // The strictest reverse-path filter that works on a director.
        namespaces.sysctl("director", "net.ipv4.conf.all.rp_filter=1");
        server("a", 1);
        server("b", 2);
    }

    private void addresses(String name, String link, String v4, String v6) throws IOException, InterruptedException {
        namespaces.ip(name, "addr add " + v4 + "/24 dev " + link);
        namespaces.ip(name, "addr add " + v6 + "/64 dev " + link + " nodad");
        namespaces.ip(name, "link set " + link + " up");
    }

    private void gateway(String name, String v4, String v6) throws IOException, InterruptedException {
        namespaces.ip(name, "route add default via " + v4);
        namespaces.ip(name, "route add default via " + v6);
    }

    private void join(String name, String v4, String v6, String gateway, String gatewayV6)
            throws IOException, InterruptedException {
        namespaces.ip("router", "link add to-" + name + " type veth peer name eth0 netns @" + name);
        namespaces.ip("router", "link set to-" + name + " master lan up");
        addresses(name, "eth0", v4, v6);
        gateway(name, gateway, gatewayV6);
    }

    private void server(String name, int number) throws IOException, InterruptedException {
        join(name, "10.2.0.1" + number, "fd02::1" + number, "10.2.0.1", "fd02::1");
        namespaces.sysctl(
                name,
                "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.eth0.rp_filter=0",
                "net.ipv4.conf.all.arp_ignore=1",
                "net.ipv4.conf.all.arp_announce=2",
                "net.ipv4.ip_forward=1",
                "net.ipv6.conf.all.forwarding=1",
                "net.ipv6.conf.all.proxy_ndp=1");
        namespaces.ip(name, "addr add " + OWN_VIP + "/32 dev lo");
        namespaces.ip(name, "addr add " + OWN_VIP_V6 + "/128 dev lo");
        namespaces.ip(name, "rule add from " + OWN_VIP + " lookup 50");
        namespaces.ip(name, "route add default via 10.2.0.254 table 50");
        namespaces.ip(name, "-6 rule add from " + OWN_VIP_V6 + " lookup 50");
        namespaces.ip(name, "route add default via fd02::254 table 50");
        nginx(name);
    }

    private void nginx(String name) throws IOException, InterruptedException {
        Path home = Files.createDirectories(directory.resolve("nginx-" + name));
        Path configuration = Files.writeString(home.resolve("nginx.conf"), NGINX.formatted(home, name, directory));
        start(
                name,
                home.resolve("log"),
                Programs.require("nginx", "nginx-light").toString(),
                "-p",
                home.toString(),
                "-e",
                "stderr",
                "-c",
                configuration.toString());
        await(
                name + "'s nginx",
                () -> namespaces
                        .run(name, "curl", "--silent", "--max-time", "2", "http://127.0.0.1/")
                        .output()
                        .equals(name + "\n"));
        Files.writeString(home.resolve("access.log"), "");
    }

    /** Starts the unwrapping of IP-in-IP packets to 10.2.0.21 and 10.2.0.22 on both servers. */
    void startTunnels() throws IOException, InterruptedException {
        for (int number = 1; number <= 2; number++) {
            String name = number == 1 ? "a" : "b";
            Path log = directory.resolve("tunnel-" + name + ".log");
            start(
                    name,
                    log,
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    Daemon.SCRIPTS.resolve("target/lvsd.jar") + ":" + Daemon.SCRIPTS.resolve("target/test-classes"),
                    Decapsulator.class.getName(),
                    "tunnel0");
            await(
                    "the tunnel of " + name + ", see " + log,
                    () -> namespaces.run(name, "ip", "link", "show", "tunnel0").exitCode() == 0);
            namespaces.sysctl(name, "net.ipv4.conf.tunnel0.rp_filter=0");
            namespaces.ip(name, "link set tunnel0 up");
            namespaces.ip(name, "route add 10.2.0.2" + number + " dev tunnel0");
            namespaces.ip(name, "neigh add proxy 10.2.0.2" + number + " dev eth0");
            namespaces.ip(name, "route add fd02::2" + number + " dev tunnel0");
            namespaces.ip(name, "-6 neigh add proxy fd02::2" + number + " dev eth0");
        }
    }

    private void start(String name, Path log, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(namespaces.in(name));
        all.addAll(List.of(command));
        processes.add(new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    /** A condition whose check may run a program. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Waits until a condition holds, and leaves most of the processors to what it waits for. */
    static void await(String what, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long deadline = begin + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            long end = System.nanoTime();
            assertThat(end).as("waiting for " + what).isLessThan(deadline);
            TimeUnit.NANOSECONDS.sleep(Math.max(PAUSE_NANOS, PAUSE_FACTOR * (end - begin)));
            begin = System.nanoTime();
        }
    }

    Namespaces namespaces() {
        return namespaces;
    }

    /** The body that both servers have under {@code /files/body}. */
    Path body() {
        return directory.resolve("body");
    }

    /** Starts lvsd in the director's namespace, with rules or a file of keepalived. */
    Daemon lvsd(String rules, String... options) throws IOException, InterruptedException {
        Path file = Files.writeString(Files.createTempFile(directory, "packets", ".rules"), rules);
        return Daemon.start(directory, Daemon.BRIEF, namespaces.in("director"), file, options);
    }

    /** Sends requests from the client one after the other, each on a new connection; none may fail. */
    List<String> request(String url, int count) throws IOException, InterruptedException {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.addAll(answer(namespaces.run(
                    "client", "curl", "--silent", "--show-error", "--fail", "--globoff", "--max-time", "30", url)));
        }
        return answers;
    }

    private static List<String> answer(Programs.Result result) {
        assertThat(result.error()).isEmpty();
        assertThat(result.exitCode()).isZero();
        return result.output().lines().toList();
    }

    /** Fetches the body from the client and returns whether it arrived unchanged. */
    boolean fetchesBody(String url) throws IOException, InterruptedException {
        Path copy = directory.resolve("copy");
        answer(namespaces.run(
                "client",
                "curl",
                "--silent",
                "--show-error",
                "--fail",
                "--globoff",
                "--max-time",
                "50",
                "--output",
                copy.toString(),
                url + "files/body"));
        return Files.mismatch(body(), copy) < 0;
    }

    /** Sends a part of the body from the client and returns whether the server received all of it. */
    boolean uploadsBody(String url) throws IOException, InterruptedException {
        Path part = directory.resolve("part");
        if (!Files.exists(part)) {
            Files.write(part, Arrays.copyOf(Files.readAllBytes(body()), PART_BYTES));
        }
        return answer(namespaces.run(
                        "client",
                        "curl",
                        "--silent",
                        "--show-error",
                        "--fail",
                        "--globoff",
                        "--max-time",
                        "50",
                        "--data-binary",
                        "@" + part,
                        url + "put/"))
                .equals(List.of(Integer.toString(PART_BYTES)));
    }

    /** Opens a persistent connection from the client. */
    Held hold(String address) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(namespaces.in("client"));
        command.addAll(List.of(
                Programs.require("bash", "bash").toString(),
                "-c",
                "exec 3<>/dev/tcp/" + address + "/80; while read go; do"
                        + " printf 'GET / HTTP/1.1\\r\\nHost: held\\r\\n\\r\\n' >&3;"
                        + " while IFS= read -r line <&3; do case $line in a|b) echo $line; break;; esac; done; done"));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("held.log").toFile())
                .start();
        processes.add(process);
        return new Held(process, process.inputReader());
    }

    /** A persistent connection; the server that it leads to answers each request. */
    record Held(Process process, BufferedReader answers) {
        /** The name of the server that answers, or null if the connection has broken. */
        @Nullable
        String request() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            return answers.readLine();
        }
    }

    /** The state of the director's namespace that a set-up changes: settings, rules, routes and proxy neighbours. */
    String directorState() throws IOException, InterruptedException {
        return namespaces.shell(
                "director",
                "sort -r /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding;"
                        + " cat /proc/sys/net/ipv6/conf/eth0/accept_ra /proc/sys/net/ipv6/conf/eth0/proxy_ndp;"
                        + " ip rule; ip -6 rule; ip route show table all | grep -v -e lvs0 -e ff00 -e fe80;"
                        + " ip neigh show proxy; ip -6 neigh show proxy");
    }

    /** Removes the network set-up of a killed daemon from the director's namespace. */
    void resetDirector() throws IOException, InterruptedException {
        namespaces.sysctl("director", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");
        namespaces.sysctl("director", "net.ipv6.conf.eth0.accept_ra=1", "net.ipv6.conf.eth0.proxy_ndp=0");
        namespaces.shell(
                "director",
                "for version in -4 -6; do"
                        + " ip $version rule | grep -o '^53[0-9]*' | while read pref; do ip $version rule del pref $pref; done;"
                        + " ip $version neigh show proxy | while read address rest; do"
                        + " ip $version neigh del proxy $address dev eth0; done;"
                        + " ip $version route flush table 5305; ip $version route flush table 5306; done 2>/dev/null; true");
    }

    /** Runs commands in the director's namespace, as an operator does. */
    void byHand(List<String> commands) throws IOException, InterruptedException {
        for (String command : commands) {
            if (command.strip().startsWith("sysctl -w ")) {
                namespaces.sysctl("director", command.strip().substring("sysctl -w ".length()));
            } else {
                namespaces.shell("director", command.strip());
            }
        }
    }

    /** Runs lvsd in the director's namespace as an unprivileged user. */
    Programs.Result unprivileged(String rules, String... options) throws IOException, InterruptedException {
        return lvsdThatEnds(
                List.of(Programs.require("setpriv", "util-linux").toString(), "--bounding-set=-net_admin"),
                rules,
                options);
    }

    /** Runs lvsd, started by a command that runs another command, in the director's namespace until it ends. */
    Programs.Result lvsdThatEnds(List<String> prefix, String rules, String... options)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("ending.rules"), rules);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                file.toString(),
                "--socket",
                directory.resolve("ending").resolve("lvsd.sock").toString()));
        command.addAll(List.of(options));
        return namespaces.run("director", command.toArray(String[]::new));
    }

    /** What a daemon with the device lvs0 has set up in the director's namespace. */
    String setUpState() throws IOException, InterruptedException {
        return namespaces.shell(
                "director",
                "ip link show dev lvs0 | grep -o -e ',UP' -e 'mtu [0-9]*';"
                        + " for version in -4 -6; do ip $version rule | sort; ip $version neigh show proxy;"
                        + " ip $version addr show dev lvs0 | grep inet;"
                        + " for table in 5300 5301 5305; do"
                        + " ip $version route show table $table | sed 's/ linkdown//'; done; done 2>/dev/null;"
                        + " cd /proc/sys/net; cat ipv4/ip_forward ipv4/conf/lvs0/accept_local"
                        + " ipv4/conf/lvs0/rp_filter ipv6/conf/all/forwarding ipv6/conf/eth0/proxy_ndp");
    }

    /** The addresses of clients in the logs of both nginx servers since the last call. */
    List<String> clientsSeen() throws IOException {
        List<String> seen = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            Path log = directory.resolve("nginx-" + name).resolve("access.log");
            seen.addAll(Files.readAllLines(log));
            Files.writeString(log, "");
        }
        return seen;
    }

    void close() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
        namespaces.close();
    }
}
