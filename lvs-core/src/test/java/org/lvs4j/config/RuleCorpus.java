package org.lvs4j.config;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Generates random valid command lines with every command, option and form. */
final class RuleCorpus {
    private static final List<String> V4 = List.of("10.0.0.1", "10.0.0.2", "192.168.7.9");
    private static final List<String> V6 = List.of("[fd00::1]", "[fd00::2]", "[2001:db8::5:6]");

    private final SplittableRandom random;

    RuleCorpus(long seed) {
        random = new SplittableRandom(seed);
    }

    String line() {
        boolean v6 = random.nextBoolean();
        boolean mark = random.nextInt(4) == 0;
        String service = mark ? mark(v6) : address(v6);
        return switch (random.nextInt(12)) {
            case 0 -> pick("-A", "--add-service", "-E", "--edit-service") + service + serviceOptions(service, v6);
            case 1 -> pick("-D", "--delete-service") + service;
            case 2, 3 -> pick("-a", "--add-server", "-e", "--edit-server") + service + serverOptions(v6);
            case 4 -> pick("-d", "--delete-server") + service + server(v6);
            case 5 ->
                pick("-C", "--clear", "-R", "--restore", "-S", "--save", "-S -n", "-h", "--help", "-v", "--version");
            case 6 -> "--set " + random.nextInt(2_678_401) + " 0 " + random.nextInt(100);
            case 7 -> pick("-Z", "--zero") + pick("", service);
            case 8 -> "--start-daemon" + pick(" ", "=") + pick("master", "backup") + daemonOptions();
            case 9 -> "--stop-daemon " + pick("master", "backup");
            case 10 ->
                pick("-L", "-l", "--list")
                        + pick(" --timeout", " --daemon", " -c", " --connection -n", " -c --persistent-conn");
            default ->
                pick("-L", "-Ln")
                        + pick("", service)
                        + pick("", " --stats", " --rate", " --thresholds", " --persistent-conn", " --tun-info")
                        + pick("", " --sort", " --nosort")
                        + pick("", " --exact");
        };
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String maybe(String option) {
        return random.nextInt(3) == 0 ? option : "";
    }

    private String mark(boolean v6) {
        long mark = 1 + random.nextLong(0xFFFF_FFFFL);
        return pick(" -f ", " -f", " --fwmark-service=") + mark + (v6 ? pick(" -6", " --ipv6") : "");
    }

    private String address(boolean v6) {
        List<String> hosts = v6 ? V6 : V4;
        String host = hosts.get(random.nextInt(hosts.size()));
        return pick(" -t ", " -u ", " --tcp-service ", " --udp-service=", " --sctp-service ", " -t", " -u=") + host
                + ":" + pick("http", "443", "1", "65535", "https");
    }

    private String serviceOptions(String service, boolean v6) {
        boolean udp = service.contains("-u") || service.contains("-f") && !service.contains("=");
        List<String> options = new ArrayList<>();
        options.add(pick(
                "",
                " -s sh -b sh-port,sh-fallback",
                " --scheduler=mh --sched-flags mh-port",
                " -s rr",
                " -swrr -b flag-3",
                " -b flag-1,flag-2"));
        if (random.nextBoolean()) {
            options.add(pick(" -p", " -p 60", " -p2678400", " --persistent=1", " --persistent"));
            options.add(
                    v6 ? pick("", " -M 64", " --netmask=1") : pick("", " -M 255.255.255.0", " --netmask 255.0.255.0"));
            options.add(maybe(" --pe sip"));
        }
        options.add(udp ? maybe(pick(" -o", " --ops")) : "");
        return shuffled(options);
    }

    private String shuffled(List<String> options) {
        StringBuilder text = new StringBuilder();
        while (!options.isEmpty()) {
            text.append(options.remove(random.nextInt(options.size())));
        }
        return text.toString();
    }

    private String server(boolean v6) {
        List<String> hosts = v6 ? V6 : V4;
        return pick(" -r ", " -r", " --real-server=")
                + hosts.get(random.nextInt(hosts.size()))
                + pick("", ":0", ":8080", ":ssh");
    }

    private String serverOptions(boolean v6) {
        List<String> options = new ArrayList<>(List.of(
                server(v6),
                pick(
                        "",
                        " -g",
                        " --gatewaying",
                        " -m",
                        " --masquerading",
                        " -i",
                        " --ipip",
                        " -i --tun-type ipip",
                        " -i --tun-type gue --tun-port 6080",
                        " --tun-type gue -i --tun-port=1 --tun-csum",
                        " -i --tun-type=gue --tun-port 65535 --tun-remcsum",
                        " -i --tun-type gre --tun-nocsum"),
                maybe(pick(" -w 0", " -w2147483647", " --weight=7")),
                maybe(pick(" -x 100 -y 50", " --u-threshold=65535", " --l-threshold 3 --u-threshold 3"))));
        return shuffled(options);
    }

    private String daemonOptions() {
        return maybe(" --mcast-interface eth0")
                + maybe(" --syncid 255")
                + maybe(" --sync-maxlen 1472")
                + maybe(" --mcast-group 224.0.0.81")
                + maybe(" --mcast-port 8848")
                + maybe(" --mcast-ttl=3");
    }
}
