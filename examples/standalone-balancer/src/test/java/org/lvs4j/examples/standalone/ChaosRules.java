package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The rules of the chaos test: a service of TCP and one of UDP with clients, and one that only makes the log longer.
 */
final class ChaosRules {
    private static final int FILLING_SERVERS = 400;
    private static final List<String> SCHEDULERS = List.of("rr", "wrr", "lc", "wlc", "sed", "nq", "twos");

    private final int port;
    private final int fillingPort;
    private final int otherPort;
    private final int closedPort;
    private final List<ChaosServer> servers;
    private final int udpServer;

    ChaosRules(List<ChaosServer> servers, int udpServer) throws IOException {
        this.servers = servers;
        this.udpServer = udpServer;
        port = FreePort.next();
        fillingPort = FreePort.next();
        otherPort = FreePort.next();
        closedPort = FreePort.next();
    }

    int port() {
        return port;
    }

    String service() {
        return "127.0.0.1:" + port;
    }

    /** The rules at the start and at the end. */
    String base() {
        return rules("wlc", servers.size(), false, 1);
    }

    /**
     * Other rules that reach a server, too; one of the servers may be missing, and one that is not there may be named.
     */
    String changed(SplittableRandom random) {
        String scheduler = SCHEDULERS.get(random.nextInt(SCHEDULERS.size())) + (random.nextBoolean() ? "" : " -p 5");
        return rules(scheduler, servers.size() - random.nextInt(2), random.nextBoolean(), 1 + random.nextInt(9));
    }

    private String rules(String scheduler, int count, boolean unreachable, int weight) {
        StringBuilder text = new StringBuilder("-A -t " + service() + " -s " + scheduler + "\n");
        for (int i = 0; i < count; i++) {
            text.append("-a -t " + service() + " -r 127.0.0.1:" + servers.get(i).port() + " -m\n");
        }
        if (unreachable) {
            text.append("-a -t " + service() + " -r 127.0.0.1:" + closedPort + " -m\n");
        }
        text.append("-A -u " + service() + " -s rr\n");
        text.append("-a -u " + service() + " -r 127.0.0.1:" + udpServer + " -m\n");
        String filling = "127.0.0.1:" + fillingPort;
        text.append("-A -t " + filling + " -s wrr\n");
        for (int i = 0; i < FILLING_SERVERS; i++) {
            text.append("-a -t " + filling + " -r 10.255." + i / 200 + "." + i % 200 + ":80 -m -w " + weight + "\n");
        }
        return text.toString();
    }

    /** A file that must change nothing. */
    String broken(SplittableRandom random) {
        String good = changed(random);
        return switch (random.nextInt(4)) {
            case 0 -> good.substring(0, good.length() - 4);
            case 1 -> good + "-A -t nowhere:80\n";
            case 2 -> "\0" + good;
            default -> good + "-A -t 192.0.2.1:80\n";
        };
    }

    /** A change by one command that leaves every client a server. */
    String change(SplittableRandom random) {
        String server =
                "127.0.0.1:" + servers.get(random.nextInt(servers.size())).port();
        String other = "-t 127.0.0.1:" + otherPort;
        return switch (random.nextInt(6)) {
            case 0 -> "-e -t " + service() + " -r " + server + " -m -w " + (1 + random.nextInt(5));
            case 1 -> "-a -t " + service() + " -r " + server + " -m";
            case 2 -> "-A " + other + " -s rr";
            case 3 -> "-a " + other + " -r " + server + " -m";
            case 4 -> "-D " + other;
            default -> "-E -t " + service() + " -s " + SCHEDULERS.get(random.nextInt(SCHEDULERS.size()));
        };
    }

    /** Several changes at once of a service without clients. */
    String other(SplittableRandom random) {
        String other = "-t 127.0.0.1:" + otherPort;
        return random.nextBoolean()
                ? "-A " + other + " -s sh\n-a " + other + " -r 127.0.0.1:" + closedPort + " -m\n"
                : "-D " + other + "\n-A " + other + " -s mh\n";
    }
}
