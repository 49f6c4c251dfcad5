package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.config.RuleCommand.ListServices;
import org.lvs4j.service.ServiceKey;

/** Compares the order of listings with that of ipvsadm 1.31. A recording has the order of the table, then the sorted one. */
class ListingOrderTest {
    private final Director director = Director.create();

    static List<String> services() {
        return Recordings.read("sorted-services.txt").lines().toList();
    }

    static List<String> servers() {
        return Recordings.read("sorted-servers.txt").lines().toList();
    }

    @ParameterizedTest
    @MethodSource("services")
    void services_recordedOrderOfTheTable_sortedAsRecorded(String recorded) throws RuleException {
        String[] orders = recorded.split(" \\| ");
        List<ServiceSnapshot> table = new ArrayList<>();
        for (String key : orders[0].split(", ")) {
            RuleCommand command = RuleParser.parse(List.of(("-A " + key).split(" ")));
            command.applyTo(director);
            table.add(Objects.requireNonNull(director.service(Objects.requireNonNull(command.key()))));
        }
        List<String> sorted = ListingOrder.sorted(table).stream()
                .map(service -> print(service.service().key()))
                .toList();
        assertThat(sorted).containsExactly(orders[1].split(", "));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void servers_recordedOrderOfTheTable_sortedAsRecorded(String recorded) throws RuleException {
        String[] orders = recorded.split(" \\| ");
        List<String> added = new ArrayList<>(List.of(orders[0].split(", ")));
        Collections.reverse(added);
        StringBuilder rules = new StringBuilder("-A -f 1 -s rr\n");
        added.forEach(server -> rules.append("-a -f 1 -i -r ").append(server).append('\n'));
        Rules.parse(rules.toString(), "servers").applyTo(director);
        ServiceSnapshot service = Objects.requireNonNull(director.service(ServiceKey.mark(1)));
        assertThat(ListingOrder.sortedServers(service))
                .extracting(server -> server.server().endpoint().toString())
                .containsExactly(orders[1].split(", "));
    }

    @Test
    void everyListing_addressesFarApart_sameWrappedOrder() throws RuleException {
        Rules.parse("""
                        -A -t 172.16.0.1:80 -s rr
                        -A -t 10.0.0.1:80 -s rr
                        -a -t 10.0.0.1:80 -r 10.1.0.1:80 -m
                        -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m
                        -A -t 192.168.0.1:80 -s rr
                        """, "f").applyTo(director);
        String saved = """
                -A -t 172.16.0.1:80 -s rr
                -A -t 192.168.0.1:80 -s rr
                -A -t 10.0.0.1:80 -s rr
                -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1
                -a -t 10.0.0.1:80 -r 10.1.0.1:80 -m -w 1
                """;
        assertThat(Rules.of(director).print()).isEqualTo(saved);
        ListServices list = (ListServices) RuleParser.parse(List.of("-Ln"));
        assertThat(Listing.services(director.services(), list)
                        .lines()
                        .skip(3)
                        .map(line -> line.strip().split(" +")[1]))
                .containsExactly("172.16.0.1:80", "192.168.0.1:80", "10.0.0.1:80", "192.168.1.1:80", "10.1.0.1:80");
    }

    private static String print(ServiceKey key) {
        return new RuleCommand.DeleteService(key).print().substring("-D ".length());
    }
}
