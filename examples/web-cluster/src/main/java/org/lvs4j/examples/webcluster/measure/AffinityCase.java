package org.lvs4j.examples.webcluster.measure;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.lvs4j.examples.webcluster.director.ClusterConfiguration;
import org.lvs4j.examples.webcluster.visitors.ClientAddresses;

/**
 * One way to keep visitors on their servers, for visitors who come from certain addresses.
 *
 * @param clients where the visitors come from
 * @param policy what the director and the servers do, as the options of ipvsadm
 * @param databaseSessions whether sessions are in the database
 * @param change makes the configuration
 * @param addresses the address of the next connection of the n-th visitor
 * @param keepsSessions whether no session should break
 * @param balances whether no server should get much more than its share
 */
record AffinityCase(
        String clients,
        String policy,
        boolean databaseSessions,
        UnaryOperator<ClusterConfiguration> change,
        IntFunction<InetAddress> addresses,
        boolean keepsSessions,
        boolean balances) {
    private static final Duration PERSISTENCE = Duration.ofMinutes(5);
    private static final String BY_NETWORK = "255.255.255.0";
    private static final String OWN = "an address each";
    private static final String NAT = "one NAT address";
    private static final String FARM = "a farm of proxies";

    /** All cases, those first that the others are compared with. */
    static List<AffinityCase> all() {
        return List.of(
                new AffinityCase(
                        OWN, "-s wlc", false, AffinityCase::withoutPersistence, ClientAddresses::own, false, true),
                new AffinityCase(
                        OWN,
                        "-s wlc -p 300",
                        false,
                        present -> persistent(present, ClusterConfiguration.EACH_CLIENT),
                        ClientAddresses::own,
                        true,
                        true),
                new AffinityCase(
                        FARM,
                        "-s wlc -p 300",
                        false,
                        present -> persistent(present, ClusterConfiguration.EACH_CLIENT),
                        AffinityCase::proxy,
                        false,
                        true),
                new AffinityCase(
                        FARM,
                        "-s wlc -p 300 -M " + BY_NETWORK,
                        false,
                        present -> persistent(present, BY_NETWORK),
                        AffinityCase::proxy,
                        true,
                        true),
                new AffinityCase(
                        NAT,
                        "-s wlc -p 300",
                        false,
                        present -> persistent(present, ClusterConfiguration.EACH_CLIENT),
                        number -> ClientAddresses.of(250, 0, 1),
                        true,
                        false),
                new AffinityCase(
                        NAT,
                        "-s mh -b mh-port",
                        false,
                        AffinityCase::byPort,
                        number -> ClientAddresses.of(250, 0, 2),
                        false,
                        true),
                new AffinityCase(
                        NAT,
                        "-s mh -b mh-port",
                        true,
                        AffinityCase::byPort,
                        number -> ClientAddresses.of(250, 0, 3),
                        true,
                        true),
                new AffinityCase(
                        NAT,
                        "-s wlc",
                        true,
                        AffinityCase::withoutPersistence,
                        number -> ClientAddresses.of(250, 0, 4),
                        true,
                        true));
    }

    private static ClusterConfiguration withoutPersistence(ClusterConfiguration present) {
        return present.withScheduler("wlc", null).withPersistence(null, ClusterConfiguration.EACH_CLIENT);
    }

    private static ClusterConfiguration byPort(ClusterConfiguration present) {
        return present.withScheduler("mh", "mh-port").withPersistence(null, ClusterConfiguration.EACH_CLIENT);
    }

    private static ClusterConfiguration persistent(ClusterConfiguration present, String netmask) {
        return present.withScheduler("wlc", null).withPersistence(PERSISTENCE, netmask);
    }

    /** Each visitor's provider has a network of its own, and each connection comes from another address of it. */
    private static InetAddress proxy(int number) {
        return ClientAddresses.of(
                100 + number / 250 % 100,
                number % 250,
                1 + ThreadLocalRandom.current().nextInt(250));
    }
}
