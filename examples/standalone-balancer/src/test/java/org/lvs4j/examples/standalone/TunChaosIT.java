package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code lvsd run --tun --setup} while other programs undo its set-up at random, in the middle of transfers. Each
 * transfer continues and arrives unchanged, the administrator gets in, and at the end the network is as it was before.
 *
 * <p>{@code -Dlvs4j.chaos.seconds=600} runs it for longer, {@code -Dlvs4j.seed=N} with the seed of a failure.
 */
final class TunChaosIT {
    private static final int SECONDS = Integer.getInteger("lvs4j.chaos.seconds", 10);
    private static final int COULD_NOT_CONNECT = 7;
    private static final int LONGEST_PAUSE_MILLIS = 1500;
    private static final Duration TRANSFER_LIMIT = Duration.ofMinutes(5);
    private static final String URL = "http://" + PacketNetwork.VIP + "/";
    private static final String NAT = """
            -A -t VIP:80 -s rr
            -a -t VIP:80 -r 10.2.0.11:80 -m
            -a -t VIP:80 -r 10.2.0.12:80 -m
            """.replace("VIP", PacketNetwork.VIP);
    private static final List<String> FAULTS = List.of(
            "ip link set lvs0 down",
            "ip link set lvs0 down; ip link set lvs0 up",
            "ip route flush table 5300",
            "ip route flush table 5301",
            "ip rule del pref 5302",
            "ip rule del pref 5301; ip rule del pref 5304",
            "while ip rule del pref 5303 2>/dev/null; do true; done",
            "ip link set lvs0 mtu 1300",
            "ip neigh del proxy " + PacketNetwork.VIP + " dev eth0",
            "echo 0 >/proc/sys/net/ipv4/ip_forward",
            "echo 1 >/proc/sys/net/ipv4/conf/lvs0/rp_filter");

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());

    @TempDir
    private static Path directory;

    private static PacketNetwork network;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        network = PacketNetwork.create(directory);
        // Without the set-up, packets of the servers pass the director as they are. The client would reset them.
        for (String server : List.of("10.2.0.11", "10.2.0.12")) {
            network.namespaces().ip("router", "rule add from " + server + " iif lan blackhole");
        }
    }

    @AfterAll
    static void tearDown() throws IOException, InterruptedException {
        if (network != null) {
            network.close();
        }
    }

    @Test
    void setUp_undoneAtRandomDuringTransfers_everythingArrives() throws Exception {
        String before = network.directorState();
        SplittableRandom random = new SplittableRandom(seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Daemon lvsd = network.lvsd(NAT, "--tun", "lvs0", "--setup", "--drain-timeout", "1s")) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            Future<Integer> transfers = threads.submit(() -> transfers(end));
            int faults = 0;
            long longest = 0;
            while (System.nanoTime() < end && !transfers.isDone()) {
                String fault = FAULTS.get(random.nextInt(FAULTS.size()));
                // Some of it may be gone already.
                network.namespaces().shell("director", "{ " + fault + "; } 2>/dev/null; true");
                faults++;
                long start = System.nanoTime();
                awaitRequest();
                longest = Math.max(longest, System.nanoTime() - start);
                assertThat(lvsd.listing("-L", "-n")).as("seed %d", seed).contains(PacketNetwork.VIP + ":80 rr");
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
            System.out.println(faults + " faults, " + transfers.get() + " transfers, longest time to the next answer "
                    + TimeUnit.NANOSECONDS.toMillis(longest) + " ms, seed " + seed);
            awaitRequest();
            assertThat(network.request(URL, 4)).as("seed %d", seed).containsExactlyInAnyOrder("a", "a", "b", "b");

            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        } finally {
            threads.shutdownNow();
        }
        assertThat(network.directorState()).as("seed %d", seed).isEqualTo(before);
    }

    /** Fetches the body again and again, and returns how often. A transfer that has begun must go on until its end. */
    private int transfers(long endNanos) throws IOException, InterruptedException {
        Path copy = directory.resolve("transferred");
        int count = 0;
        do {
            List<String> command = new ArrayList<>(network.namespaces().in("client"));
            command.addAll(List.of(
                    "curl",
                    "--silent",
                    "--show-error",
                    "--fail",
                    "--speed-limit",
                    "1",
                    "--speed-time",
                    "30",
                    "--output",
                    copy.toString(),
                    URL + "files/body"));
            Programs.Result result = Programs.run(new ProcessBuilder(command), "", TRANSFER_LIMIT);
            if (result.exitCode() != COULD_NOT_CONNECT) {
                result.outputOfSuccess();
                assertThat(Files.mismatch(network.body(), copy))
                        .as("seed %d", seed)
                        .isEqualTo(-1);
                count++;
            }
        } while (System.nanoTime() < endNanos);
        return count;
    }

    private static void awaitRequest() throws IOException, InterruptedException {
        PacketNetwork.await(
                "an answer",
                () -> network.namespaces()
                                .run("client", "curl", "--silent", "--fail", "--max-time", "2", URL)
                                .exitCode()
                        == 0);
    }
}
