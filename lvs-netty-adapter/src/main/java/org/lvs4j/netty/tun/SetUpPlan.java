package org.lvs4j.netty.tun;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.tun.NetworkFacts.Link;
import org.lvs4j.netty.tun.NetworkFacts.Sysctls;

/**
 * Plans the commands that make the kernel of a Linux host hand the packets of a director over to its TUN device. The
 * steps of a need are a function of the need and of facts about the host. Immutable; it changes nothing.
 *
 * <p><b>Virtual addresses</b> are routed into the device by a separate routing table. Where such an address is on the
 * network of an interface, this host answers for it there (proxy ARP, proxy NDP). It must not be an address of this
 * host: the kernel would deliver its packets locally.
 *
 * <p><b>Answers of masqueraded servers</b> are routed into the device by their source address, or by a prefix of it
 * ({@link AnswerPrefixes}). Packets that this host sends itself skip the rules of these prefixes, which may contain its
 * addresses; so do the look-ups of its reverse-path filter.
 *
 * <p><b>Servers of direct routing</b> get a device each: a packet that comes out of it is routed to that server. The
 * packet itself does not say which server it is for, since its destination is the virtual address.
 *
 * <p><b>No loops:</b> what comes out of the device skips all rules that lead into it.
 *
 * <p><b>Few leftovers:</b> every route goes through a device that ends with the process, or applies to such a device
 * only. The rules that a killed process leaves behind have no effect without these devices, and the next process
 * removes them. Settings and proxy neighbours stay.
 */
final class SetUpPlan {
    /** The number of rule preferences, and of tables without those of direct servers, from the first number on. */
    static final int RULES = 5;

    /** The dummy address of RFC 7600: registered for interfaces that have none. */
    private static final String DUMMY = "192.0.0.8/32";

    /** The ceiling of packets that wait for the director in the kernel: some milliseconds of a full load. */
    private static final int QUEUE_PACKETS = 5000;

    // Sections of the set-up, in order. Those of IPv6 follow all those of IPv4.
    private static final int DEVICE = 0;
    private static final int FORWARDING = 1;
    private static final int DIRECT_SERVERS = 2;
    private static final int COMMON_RULES = 3;
    private static final int VIRTUAL_ROUTES = 4;
    private static final int PROXY_SETTINGS = 5;
    private static final int PROXY_NEIGHBOURS = 6;
    private static final int ANSWER_ROUTE = 7;
    private static final int ANSWER_RULES = 8;
    private static final int SECTIONS = 9;

    private final String device;
    private final int table;
    private final int mtu;
    private final NetworkFacts facts;

    /**
     * A plan for a host.
     *
     * @param table the first number for rules and routing tables
     */
    SetUpPlan(String device, int table, int mtu, NetworkFacts facts) {
        this.device = device;
        this.table = table;
        this.mtu = mtu;
        this.facts = facts;
    }

    /**
     * The steps of a need.
     *
     * @param number the number of the device of a server of direct routing; ignored otherwise
     * @return the steps by their places in the whole set-up; not to be changed
     * @throws TunException if the need cannot be met on this host
     */
    SortedMap<Position, Step> steps(Need need, int number) {
        IpAddress address = need.address();
        if (need.role() == Need.Role.MASQUERADED || need.role() == Need.Role.TUNNELLED) {
            requireElsewhere(address);
            return Collections.emptySortedMap();
        }
        Steps steps = new Steps(need.family());
        switch (need.role()) {
            case DEVICE -> {
                requireLoopback();
                device(steps, device, DEVICE, address);
            }
            case FAMILY -> family(steps, address);
            case VIRTUAL -> virtual(steps, address);
            case DIRECT -> direct(steps, address, number);
            case ANSWERS ->
                steps.object(ANSWER_ROUTE, address, "route", "default dev " + device + " table " + (table + 1));
            case MASQUERADED, TUNNELLED -> {}
            case ANSWERING -> {
                Prefix prefix = new Prefix(address, need.length());
                String from = "from " + (prefix.isHost() ? address : prefix);
                steps.rule(ANSWER_RULES, address, 3, from, "lookup " + (table + 1));
            }
        }
        return steps.all;
    }

    private void device(Steps steps, String name, int section, IpAddress address) {
        if (facts.sysctl("net.ipv6.conf.all.forwarding") != null) {
            // Without link-local addresses the kernel itself sends nothing there.
            steps.add(section, address, "ip link set dev " + name + " addrgenmode none", null);
        }
        String queue = " txqueuelen " + QUEUE_PACKETS;
        steps.add(section, address, "ip link set dev " + name + " mtu " + mtu + queue + " up", null);
        // Packets come out of the device with sources that are reached through other interfaces (those of clients),
        // or that are addresses of this host (those of tunnels and errors).
        steps.setting(section, address, "1", "net", "ipv4", "conf", name, "accept_local");
        if ("0".equals(facts.reversePathFilter())) {
            steps.setting(section, address, "0", "net", "ipv4", "conf", name, "rp_filter");
        } else {
            // The stricter of all.rp_filter and this one is in force unless this one is 2, which needs an address.
            steps.setting(section, address, "2", "net", "ipv4", "conf", name, "rp_filter");
            steps.add(section, address, "ip addr add " + DUMMY + " dev " + name, null);
        }
    }

    private void family(Steps steps, IpAddress none) {
        if (none.isV4()) {
            steps.setting(FORWARDING, none, "1", "net", "ipv4", "ip_forward");
        } else {
            forwardIpv6(steps, none);
        }
        String end = "goto " + (table + 4);
        steps.rule(COMMON_RULES, none, 0, "iif " + device, end);
        steps.rule(COMMON_RULES, none, 4, "", "nop");
        steps.rule(COMMON_RULES, none, 1, "", "lookup " + table);
        steps.rule(COMMON_RULES, none, 2, "iif lo", end);
    }

    private void forwardIpv6(Steps steps, IpAddress none) {
        String forwarding = facts.sysctl("net.ipv6.conf.all.forwarding");
        if (forwarding == null) {
            throw new TunException("a service has an IPv6 address, but IPv6 is disabled on this host");
        }
        if (!forwarding.equals("1")) {
            // A host that forwards ignores router advertisements unless accept_ra is 2.
            for (Link link : facts.links()) {
                boolean routed = !link.loopback() && !link.prefixes().isEmpty();
                String name = Sysctls.name("net", "ipv6", "conf", link.name(), "accept_ra");
                if (routed && "1".equals(facts.sysctl(name))) {
                    steps.setting(FORWARDING, none, "2", "net", "ipv6", "conf", link.name(), "accept_ra");
                }
            }
        }
        steps.setting(FORWARDING, none, "1", "net", "ipv6", "conf", "all", "forwarding");
    }

    private void virtual(Steps steps, IpAddress address) {
        Link local = facts.localAt(address);
        if (local != null) {
            throw new TunException("the virtual address " + address + " is an address of this host, whose kernel would"
                    + " keep its packets; take it away: ip addr del " + Prefix.host(address) + " dev " + local.name());
        }
        String route = Prefix.host(address) + " dev " + device + " table " + table;
        steps.object(VIRTUAL_ROUTES, address, "route", route);
        for (Link link : facts.neighboursOf(address)) {
            if (address.family() == AddressFamily.IPV6) {
                steps.sharedSetting(PROXY_SETTINGS, link.name(), "1", "net", "ipv6", "conf", link.name(), "proxy_ndp");
            }
            steps.object(PROXY_NEIGHBOURS, address, "neigh", "proxy " + address + " dev " + link.name());
        }
    }

    private void direct(Steps steps, IpAddress server, int number) {
        requireElsewhere(server);
        List<Link> links = facts.neighboursOf(server);
        if (links.isEmpty()) {
            throw new TunException(
                    "server " + server + " of direct routing (-g) is not on a network of this host; use a"
                            + " tunnel (-i), or masquerading (-m)");
        }
        String name = directDevice(device, number);
        int own = table + RULES + number;
        device(steps, name, DIRECT_SERVERS, server);
        String route = "default via " + server + " dev " + links.get(0).name() + " table " + own;
        steps.object(DIRECT_SERVERS, server, "route", route);
        // While there is no route to the server its packets are dropped here, and do not come back into the device.
        steps.object(DIRECT_SERVERS, server, "route", "blackhole default table " + own + " metric 32000");
        steps.rule(DIRECT_SERVERS, server, 0, "iif " + name, "lookup " + own);
    }

    /** The name of the device of a direct server. */
    static String directDevice(String device, int number) {
        return device + "-" + number;
    }

    private void requireLoopback() {
        if (facts.links().stream().noneMatch(Link::loopback)) {
            throw new TunException("the loopback interface is down: without it the kernel delivers no packet to an"
                    + " address of this host, and refuses some of the routes; try: ip link set dev lo up");
        }
    }

    private void requireElsewhere(IpAddress server) {
        if (facts.localAt(server) != null) {
            throw new TunException("server " + server + " is an address of this host; a server of the packet plane must"
                    + " be another host");
        }
    }

    /** Collects the steps of one need. */
    private final class Steps {
        private final SortedMap<Position, Step> all = new TreeMap<>();
        private final String ip;
        private final int offset;

        Steps(AddressFamily family) {
            boolean v4 = family == AddressFamily.IPV4;
            ip = v4 ? "ip" : "ip -6";
            offset = v4 ? 0 : SECTIONS;
        }

        void add(int section, IpAddress address, String command, @Nullable String undo) {
            all.put(new Position(offset + section, address, "", all.size()), new Step(command, undo));
        }

        /** Adds something to a table of the kernel; the undo deletes it. */
        void object(int section, IpAddress address, String object, String text) {
            add(section, address, ip + " " + object + " add " + text, ip + " " + object + " del " + text);
        }

        void rule(int section, IpAddress address, int number, String selector, String action) {
            String which = "pref " + (table + number) + (selector.isEmpty() ? "" : " " + selector);
            add(section, address, ip + " rule add " + which + " " + action, ip + " rule del " + which);
        }

        /** Gives a setting its value. One of our own devices needs no undo. */
        void setting(int section, IpAddress address, String value, String... parts) {
            all.put(new Position(offset + section, address, "", all.size()), change(value, parts));
        }

        /** As {@link #setting}, for a setting that the needs of several addresses have in common. */
        void sharedSetting(int section, String link, String value, String... parts) {
            IpAddress none = IpAddress.of(offset == 0 ? AddressFamily.IPV4 : AddressFamily.IPV6, 0, 0);
            all.put(new Position(offset + section, none, link, 0), change(value, parts));
        }

        private Step change(String value, String... parts) {
            String name = Sysctls.name(parts);
            boolean ofOwnDevice = parts.length > 3 && (parts[3].equals(device) || parts[3].startsWith(device + "-"));
            String before = ofOwnDevice ? null : facts.sysctl(name);
            String command = "sysctl -w " + name + "=" + value;
            boolean given = value.equals(before);
            return new Step(command, before == null || given ? null : "sysctl -w " + name + "=" + before, given);
        }
    }
}
