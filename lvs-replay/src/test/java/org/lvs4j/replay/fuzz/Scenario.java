package org.lvs4j.replay.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lvs4j.config.Rules;
import org.lvs4j.replay.PacketRecord;
import org.lvs4j.replay.PacketRecords;
import org.lvs4j.service.Sysctl;

/**
 * The configuration of a director, and packets for it.
 *
 * @param packets recorded packets in their order; empty if packets are to be generated
 */
record Scenario(
        String name, Rules rules, Map<Sysctl, Integer> settings, int clientMtu, int serverMtu, List<byte[]> packets) {
    private static final String[] FILES = {
        "nat-frag",
        "nat-icmp",
        "nat-tcp",
        "nat-udp",
        "no-server",
        "route",
        "toobig",
        "tunnel-gre",
        "tunnel-gue",
        "tunnel-ipip"
    };

    /**
     * Every forwarding method and tunnel, both families, all protocols, marks, persistence and one-packet scheduling.
     */
    private static final String EVERYTHING = """
            -A -t 10.0.0.100:80 -s rr
            -a -t 10.0.0.100:80 -r 192.168.4.1:8080 -m
            -a -t 10.0.0.100:80 -r 192.168.4.2:80 -g
            -a -t 10.0.0.100:80 -r 192.168.4.3:80 -i
            -a -t 10.0.0.100:80 -r 192.168.4.4:80 -i --tun-type gre
            -a -t 10.0.0.100:80 -r 192.168.4.5:80 -i --tun-type gre --tun-csum
            -a -t 10.0.0.100:80 -r 192.168.4.6:80 -i --tun-type gue --tun-port 6080
            -a -t 10.0.0.100:80 -r 192.168.4.7:80 -i --tun-type gue --tun-port 6080 --tun-csum
            -a -t 10.0.0.100:80 -r [fd00:2::43]:80 -i
            -a -t 10.0.0.100:80 -r [fd00:2::44]:80 -i --tun-type gue --tun-port 6080 --tun-csum
            -a -t 10.0.0.100:80 -r [fd00:2::45]:80 -i --tun-type gre --tun-csum
            -A -u 10.0.0.100:53 -s wrr
            -a -u 10.0.0.100:53 -r 192.168.4.1:5353 -m -w 3
            -a -u 10.0.0.100:53 -r 192.168.4.2:53 -g -w 1
            -A -u 10.0.0.100:514 -s lc -o
            -a -u 10.0.0.100:514 -r 192.168.4.1:514 -m
            -a -u 10.0.0.100:514 -r 192.168.4.8:5514 -m
            -A --sctp-service 10.0.0.100:80 -s rr
            -a --sctp-service 10.0.0.100:80 -r 192.168.4.1:8080 -m
            -a --sctp-service 10.0.0.100:80 -r 192.168.4.8:80 -m
            -A -t 10.0.0.101:0 -s wlc -p 60
            -a -t 10.0.0.101:0 -r 192.168.4.1:0 -m
            -a -t 10.0.0.101:0 -r 192.168.4.8:0 -m
            -A -u 10.0.0.101:0 -s sh -p 60 -M 255.255.255.0
            -a -u 10.0.0.101:0 -r 192.168.4.1:0 -m
            -A -u 10.0.0.102:80 -s rr -p 30 --pe sip
            -a -u 10.0.0.102:80 -r 192.168.4.1:80 -m
            -A -f 7 -s mh
            -a -f 7 -r 192.168.4.1:80 -m
            -a -f 7 -r 192.168.4.8:0 -g
            -A -t [fd00:1::100]:80 -s rr
            -a -t [fd00:1::100]:80 -r [fd00:2::41]:8080 -m
            -a -t [fd00:1::100]:80 -r [fd00:2::42]:80 -g
            -a -t [fd00:1::100]:80 -r [fd00:2::43]:80 -i
            -a -t [fd00:1::100]:80 -r [fd00:2::44]:80 -i --tun-type gue --tun-port 6080 --tun-csum
            -a -t [fd00:1::100]:80 -r 192.168.4.5:80 -i --tun-type gre --tun-csum
            -a -t [fd00:1::100]:80 -r 192.168.4.6:80 -i --tun-type gue --tun-port 6080
            -A -u [fd00:1::100]:53 -s rr
            -a -u [fd00:1::100]:53 -r [fd00:2::41]:5353 -m
            -A --sctp-service [fd00:1::100]:80 -s rr
            -a --sctp-service [fd00:1::100]:80 -r [fd00:2::41]:8080 -m
            -A -f 8 -6 -s rr
            -a -f 8 -6 -r [fd00:2::41]:0 -m
            """;

    /** All scenarios: one of each session of the recordings, and as many for generated packets. */
    static List<Scenario> all() {
        Map<String, Scenario> sessions = new LinkedHashMap<>();
        try {
            for (String file : FILES) {
                for (PacketRecord record : PacketRecords.parse(text(file), file)) {
                    sessions.computeIfAbsent(
                                    record.session(),
                                    name -> new Scenario(
                                            name,
                                            record.rules(),
                                            record.settings(),
                                            record.clientMtu(),
                                            record.serverMtu(),
                                            new ArrayList<>()))
                            .packets()
                            .add(HexFormat.of().parseHex(record.packet()));
                }
            }
            List<Scenario> all = new ArrayList<>(sessions.values());
            Rules everything = Rules.parse(EVERYTHING, "everything");
            int recorded = all.size();
            for (int i = 0; i < recorded; i++) {
                int mtu = new int[] {1500, 1500, 1400, 576, 9000, 68, 65_535}[i % 7];
                all.add(new Scenario("everything-mtu-" + mtu, everything, Map.of(), 1500, mtu, List.of()));
            }
            return all;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String file) throws IOException {
        try (var stream = Scenario.class.getResourceAsStream("/golden/packets/" + file + ".jsonl")) {
            return new String(Objects.requireNonNull(stream, file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
