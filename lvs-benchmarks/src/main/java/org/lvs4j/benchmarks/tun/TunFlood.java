package org.lvs4j.benchmarks.tun;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.tun.TunPlane;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Floods a director with small UDP datagrams of 64 flows, in network namespaces joined by veth, and tells the processor time
 * of the thread that reads and writes the TUN device, for each packet: masquerading by the packet plane, and a loop that
 * writes what it reads. Needs root and iproute2. The peers take turns; without arguments it runs all of it.
 *
 * <pre>
 * java -Drounds=3 -cp lvs-benchmarks/target/benchmarks.jar org.lvs4j.benchmarks.tun.TunFlood
 * </pre>
 */
public final class TunFlood {
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int FLOWS = 64;
    private static final int SECONDS = 20;
    private static final int WARM_UP_SECONDS = 10;
    private static final String VIRTUAL = "10.9.0.1";
    private static final String SERVER = "10.8.0.1";
    private static final String[] NAMES = {"lvs4j-flood-c", "lvs4j-flood-d", "lvs4j-flood-s"};

    private TunFlood() {}

    /** The entry point; with arguments, that of the processes that it starts. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            all();
        } else if (args[0].equals("flood")) {
            flood();
        } else {
            forward(args[0]);
        }
    }

    private static void all() throws IOException, InterruptedException {
        remove();
        try {
            build();
            for (int round = 0; round < ROUNDS; round++) {
                for (String peer : List.of("PLAIN", "LVS4J")) {
                    Process forwarder = start(NAMES[1], peer);
                    Process flood = start(NAMES[0], "flood");
                    forwarder.waitFor();
                    flood.destroyForcibly().waitFor();
                }
            }
        } finally {
            remove();
        }
    }

    private static Process start(String namespace, String argument) throws IOException {
        return new ProcessBuilder(
                        "ip", "netns", "exec", namespace,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC", "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp", System.getProperty("java.class.path"), TunFlood.class.getName(), argument)
                .inheritIO()
                .start();
    }

    private static void build() throws IOException, InterruptedException {
        for (String name : NAMES) {
            ip("netns add " + name);
            ip("-n " + name + " link set lo up");
        }
        link(NAMES[0], "10.1.0.2/24", "e0", "10.1.0.1/24");
        link(NAMES[2], "10.2.0.2/24", "e1", "10.2.0.1/24");
        ip("-n " + NAMES[0] + " route add default via 10.1.0.1");
        // Both ways end alike: nothing answers.
        ip("-n " + NAMES[2] + " route add blackhole 10.8.0.0/24");
        ip("-n " + NAMES[2] + " route add blackhole 10.9.0.0/24");
        ip("netns exec " + NAMES[1] + " sysctl -qw net.ipv4.ip_forward=1");
        ip("-n " + NAMES[1] + " rule add pref 100 iif tun0 lookup 101");
        ip("-n " + NAMES[1] + " rule add pref 101 lookup 100");
        ip("-n " + NAMES[1] + " route add default via 10.2.0.2 table 101");
    }

    private static void link(String name, String address, String device, String ours)
            throws IOException, InterruptedException {
        ip("-n " + NAMES[1] + " link add " + device + " type veth peer name eth0 netns " + name);
        ip("-n " + name + " addr add " + address + " dev eth0");
        ip("-n " + name + " link set eth0 up");
        ip("-n " + NAMES[1] + " addr add " + ours + " dev " + device);
        ip("-n " + NAMES[1] + " link set " + device + " up");
    }

    private static void remove() throws IOException, InterruptedException {
        for (String name : NAMES) {
            new ProcessBuilder("ip", "netns", "del", name).start().waitFor();
        }
    }

    private static void ip(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("failed, are you root? ip " + arguments);
        }
    }

    private static void flood() throws IOException {
        DatagramChannel[] flows = new DatagramChannel[FLOWS];
        for (int i = 0; i < FLOWS; i++) {
            flows[i] = DatagramChannel.open().connect(new InetSocketAddress(VIRTUAL, 9));
        }
        ByteBuffer payload = ByteBuffer.allocateDirect(64);
        for (int i = 0; ; i = (i + 1) % FLOWS) {
            payload.clear();
            try {
                flows[i].write(payload);
            } catch (IOException e) {
                // The director is not up yet, or no longer.
                Thread.onSpinWait();
            }
        }
    }

    private static void forward(String peer) throws IOException, InterruptedException {
        LongSupplier packets;
        if (peer.equals("PLAIN")) {
            PlainLoop loop = new PlainLoop("tun0");
            Thread thread = new Thread(loop, "lvs-tun");
            thread.setDaemon(true);
            thread.start();
            packets = loop::packets;
        } else {
            Director director = Director.create();
            VirtualService service = VirtualService.builder(ServiceKey.of(Protocol.UDP, Endpoint.parse(VIRTUAL + ":9")))
                    .scheduler("rr")
                    .build();
            director.addService(service, RealServer.of(SERVER + ":9"));
            TunPlane plane = TunPlane.builder(director).device("tun0").start();
            packets = () -> plane.snapshot().sent();
        }
        ip("link set tun0 txqueuelen 5000 up");
        // Which would drop what is written where the system's default is to look at its source.
        ip("netns exec " + NAMES[1] + " sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tun0.rp_filter=0");
        ip("route replace 10.9.0.0/24 dev tun0 table 100");
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        long count = packets.getAsLong();
        long nanos = threadNanos();
        TimeUnit.SECONDS.sleep(SECONDS);
        count = packets.getAsLong() - count;
        nanos = threadNanos() - nanos;
        System.out.println(peer + " processor: " + nanos / Math.max(1, count) + " ns, rate: " + count / SECONDS
                + " packets/s, share of a core: " + nanos / (SECONDS * 10_000_000L) + " %");
        Runtime.getRuntime().halt(0);
    }

    private static long threadNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (long id : threads.getAllThreadIds()) {
            var thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().startsWith("lvs-tun")) {
                nanos += threads.getThreadCpuTime(id);
            }
        }
        return nanos;
    }
}
