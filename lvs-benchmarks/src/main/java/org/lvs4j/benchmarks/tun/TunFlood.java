package org.lvs4j.benchmarks.tun;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What does a UDP packet cost that is read from a TUN device and written back to it? Runs in a separate network
 * namespace. The sender is faster than the forwarder, so the queue of the device overflows. The route to the servers is
 * a black hole. Needs root; without it, the program prints a message and measures nothing.
 *
 * <p>Arguments: a {@link TunPeer} and the number of sending sockets.
 */
public final class TunFlood {
    private static final String INSIDE = "inside";
    private static final Path COUNTERS = Path.of("/proc/thread-self/net/dev");
    private static final int DROPPED_COLUMN = 11;
    private static final long WARM_UP_SECONDS = 6;
    private static final long ROUND_SECONDS = 2;
    private static final int ROUNDS = 5;

    private static final List<String> NETWORK = List.of(
            "ip link set " + TunPeer.DEVICE + " up",
            "ip route add " + TunPeer.VIRTUAL + "/32 dev " + TunPeer.DEVICE + " src 10.9.0.1",
            "ip route add blackhole 192.168.77.0/24",
            "sysctl -qw net.ipv4.ip_forward=1",
            "sysctl -qw net.ipv4.conf.all.rp_filter=0",
            "sysctl -qw net.ipv4.conf." + TunPeer.DEVICE + ".rp_filter=0",
            "sysctl -qw net.ipv4.conf." + TunPeer.DEVICE + ".accept_local=1");

    private TunFlood() {}

    /** Creates the namespace and measures inside it. */
    public static void main(String[] args) throws Exception {
        if (args.length == 2) {
            if (!System.getProperty("user.name").equals("root") || !Files.exists(Path.of("/dev/net/tun"))) {
                System.out.println("skipped: a network namespace with a TUN device needs root and /dev/net/tun");
                return;
            }
            List<String> command = new ArrayList<>(List.of(
                    "unshare", "--net", ProcessHandle.current().info().command().orElse("java")));
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), TunFlood.class.getName()));
            command.addAll(Arrays.asList(args));
            command.add(INSIDE);
            System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
        }
        TunPeer peer = TunPeer.valueOf(args[0]);
        run(List.of("ip link set lo up", "ip addr add 10.9.0.1/32 dev lo"));
        try (Forwarder forwarder = peer.start()) {
            run(NETWORK);
            try (Sender sender = new Sender(Integer.parseInt(args[1]))) {
                sender.start();
                measure(forwarder);
            }
        }
        // A thread may still be blocked in a read.
        System.exit(0);
    }

    private static void run(List<String> commands) throws Exception {
        for (String command : commands) {
            Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
            if (process.waitFor() != 0) {
                throw new IOException("failed: " + command);
            }
        }
    }

    private static void measure(Forwarder forwarder) throws Exception {
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        StringBuilder cpu = new StringBuilder();
        StringBuilder rate = new StringBuilder();
        long droppedBefore = dropped();
        for (int round = 0; round < ROUNDS; round++) {
            long packets = forwarder.forwarded();
            long busy = cpuNanos(forwarder.thread());
            long begin = System.nanoTime();
            TimeUnit.SECONDS.sleep(ROUND_SECONDS);
            packets = forwarder.forwarded() - packets;
            busy = cpuNanos(forwarder.thread()) - busy;
            long nanos = System.nanoTime() - begin;
            if (packets == 0) {
                throw new IllegalStateException("no packet was forwarded");
            }
            cpu.append(String.format(Locale.ROOT, ",%.1f", (double) busy / packets));
            rate.append(String.format(Locale.ROOT, ",%.0f", packets * 1e9 / nanos));
        }
        long dropped = dropped() - droppedBefore;
        if (dropped == 0) {
            throw new IllegalStateException("the queue of the device never overflowed: the sender was too slow");
        }
        System.out.println("cpuPerPacket: " + cpu.substring(1) + " ns");
        System.out.println("packetsPerSecond: " + rate.substring(1) + " 1/s");
        System.out.println("overflowed: " + dropped + " packets");
    }

    private static long cpuNanos(String name) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().startsWith(name)) {
                nanos += threads.getThreadCpuTime(id);
            }
        }
        return nanos;
    }

    /** The number of packets that the device has dropped because its queue was full. */
    private static long dropped() throws IOException {
        try (Stream<String> lines = Files.lines(COUNTERS)) {
            String line = lines.filter(one -> one.contains(TunPeer.DEVICE + ":"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(line.substring(line.indexOf(':') + 1).strip().split("\\s+")[DROPPED_COLUMN]);
        }
    }
}
