package org.lvs4j.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsd run --tun} between a real client and real web servers, in network namespaces. */
@Timeout(180)
class TunForwardingIT {
    private static final String NAT =
            """
            -A -t VIP:80 -s rr
            -a -t VIP:80 -r 10.2.0.11:80 -m
            -a -t VIP:80 -r 10.2.0.12:80 -m
            """
                    .replace("VIP", PacketNetwork.VIP);
    private static final String URL = "http://" + PacketNetwork.VIP + "/";
    private static final String OWN_URL = "http://" + PacketNetwork.OWN_VIP + "/";

    @TempDir
    private static Path directory;

    private static PacketNetwork network;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        network = PacketNetwork.create(directory);
    }

    @AfterAll
    static void tearDown() throws IOException, InterruptedException {
        if (network != null) {
            network.close();
        }
    }

    @BeforeEach
    void forget() throws IOException {
        network.clientsSeen();
    }

    private static Daemon lvsd(String rules, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--tun", "lvs0", "--setup"));
        all.addAll(List.of(options));
        return network.lvsd(rules, all.toArray(String[]::new));
    }

    private static TreeMap<String, Long> counted(List<String> names) {
        return names.stream().collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    @Test
    void masquerading_requestsAlternate_andServersSeeTheClient() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            assertThat(counted(network.request(URL, 10))).containsEntry("a", 5L).containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT);
            assertThat(network.fetchesBody(URL)).isTrue();

            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
    }
}
