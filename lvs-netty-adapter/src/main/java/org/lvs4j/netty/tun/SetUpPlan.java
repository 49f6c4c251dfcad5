package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.tun.NetworkFacts.Link;
import org.lvs4j.netty.tun.NetworkFacts.Sysctls;

/**
 * The commands that make the kernel of a Linux host hand the packets of a director over to its TUN device. A function
 * of what is wanted and of facts about the host; it changes nothing.
 *
 * <p><b>Virtual addresses</b> are routed into the device, by a routing table of their own. Where such an address is on
 * the network of an interface, this host answers for it there (proxy ARP, proxy NDP). It must not be an address of this
 * host: the kernel would keep the packets.
 *
 * <p><b>Answers of masqueraded servers</b> are routed into the device by where they come from.
 *
 * <p><b>Servers of direct routing</b> get a device each: a packet for the virtual address that comes out of it is routed
 * to that server, as nothing in the packet itself could say.
 *
 * <p><b>No loops:</b> what comes out of the device skips all rules that lead into it.
 *
 * <p><b>Few rests:</b> every route goes through a device that ends with the process, or counts for such a device only.
 * The rules that a killed process leaves behind mean nothing without them, and the next one removes them. Settings stay,
 * and so do neighbours that are answered for.
 */
final class SetUpPlan {
    /** How many rules, and tables without those of direct servers, there are from the first number on. */
    static final int RULES = 5;

    /** The dummy address of RFC 7600: registered for interfaces that have none. */
    private static final String DUMMY = "192.0.0.8/32";

    /** How many packets wait for the director in the kernel at most: some milliseconds of a full load. */
    private static final int QUEUE_PACKETS = 5000;

    private final String device;
    private final int table;
    private final int mtu;
    private final NetworkFacts facts;
    private final List<Step> steps = new ArrayList<>();

    private SetUpPlan(String device, int table, int mtu, NetworkFacts facts) {
        this.device = device;
        this.table = table;
        this.mtu = mtu;
        this.facts = facts;
    }

    /**
     * All commands, in order.
     *
     * @param table the first number for rules and routing tables
     * @throws TunException if what is wanted cannot be set up on this host
     */
    static List<Step> of(String device, int table, int mtu, DesiredNetwork wanted, NetworkFacts facts) {
        SetUpPlan plan = new SetUpPlan(device, table, mtu, facts);
        plan.device(device);
        for (AddressFamily family : AddressFamily.values()) {
            plan.family(family, wanted);
        }
        return List.copyOf(plan.steps);
    }

    private void device(String name) {
        if (facts.sysctl().apply("net.ipv6.conf.all.forwarding") != null) {
            // Without addresses of its own, the kernel does not say anything there by itself.
            add("ip link set dev " + name + " addrgenmode none", null);
        }
        add("ip link set dev " + name + " mtu " + mtu + " txqueuelen " + QUEUE_PACKETS + " up", null);
        // Clients' addresses come out of the device though they are reached through others, and addresses of this host
        // in tunnels and errors.
        setting("1", "net", "ipv4", "conf", name, "accept_local");
        if ("0".equals(facts.sysctl().apply("net.ipv4.conf.all.rp_filter"))) {
            setting("0", "net", "ipv4", "conf", name, "rp_filter");
        } else {
            // The stricter of all.rp_filter and this one is in force unless this one is 2, which needs an address.
            setting("2", "net", "ipv4", "conf", name, "rp_filter");
            add("ip addr add " + DUMMY + " dev " + name, null);
        }
    }

    private void family(AddressFamily family, DesiredNetwork wanted) {
        List<IpAddress> virtual = of(family, wanted.virtual());
        List<IpAddress> masqueraded = of(family, wanted.masqueraded());
        if (virtual.isEmpty()) {
            return;
        }
        String ip = family == AddressFamily.IPV4 ? "ip" : "ip -6";
        forward(family);
        wanted.direct().forEach((server, number) -> {
            if (server.family() == family) {
                direct(ip, server, number);
            }
        });
        rule(ip, 1, "iif " + device + " goto " + (table + 4));
        rule(ip, 4, "nop");
        rule(ip, 2, "lookup " + table);
        for (IpAddress address : virtual) {
            virtual(family, ip, address);
        }
        if (!masqueraded.isEmpty()) {
            both(ip + " route", "default dev " + device + " table " + (table + 1));
        }
        for (IpAddress server : masqueraded) {
            requireElsewhere(server);
            rule(ip, 3, "from " + server + " lookup " + (table + 1));
        }
        of(family, wanted.tunnelled()).forEach(this::requireElsewhere);
    }

    private void forward(AddressFamily family) {
        if (family == AddressFamily.IPV4) {
            setting("1", "net", "ipv4", "ip_forward");
            return;
        }
        String forwarding = facts.sysctl().apply("net.ipv6.conf.all.forwarding");
        if (forwarding == null) {
            throw new TunException("a service has an IPv6 address, but IPv6 is disabled on this host");
        }
        if (!forwarding.equals("1")) {
            // A host that forwards no longer listens to routers, unless it is told to.
            for (Link link : facts.links()) {
                boolean routed = !link.loopback() && !link.prefixes().isEmpty();
                if (routed
                        && "1"
                                .equals(facts.sysctl()
                                        .apply(Sysctls.name("net", "ipv6", "conf", link.name(), "accept_ra")))) {
                    setting("2", "net", "ipv6", "conf", link.name(), "accept_ra");
                }
            }
        }
        setting("1", "net", "ipv6", "conf", "all", "forwarding");
    }

    private void virtual(AddressFamily family, String ip, IpAddress address) {
        Link local = facts.localAt(address);
        if (local != null) {
            throw new TunException("the virtual address " + address + " is an address of this host, whose kernel would"
                    + " keep its packets; take it away: ip addr del " + Prefix.host(address) + " dev " + local.name());
        }
        both(ip + " route", Prefix.host(address) + " dev " + device + " table " + table);
        for (Link link : facts.neighboursOf(address)) {
            if (family == AddressFamily.IPV6) {
                setting("1", "net", "ipv6", "conf", link.name(), "proxy_ndp");
            }
            both(ip + " neigh", "proxy " + address + " dev " + link.name());
        }
    }

    private void direct(String ip, IpAddress server, int number) {
        requireElsewhere(server);
        List<Link> links = facts.neighboursOf(server);
        if (links.isEmpty()) {
            throw new TunException(
                    "server " + server + " of direct routing (-g) is not on a network of this host; use a"
                            + " tunnel (-i), or masquerading (-m)");
        }
        String name = directDevice(device, number);
        int own = table + RULES + number;
        device(name);
        both(ip + " route", "default via " + server + " dev " + links.get(0).name() + " table " + own);
        // Without the way to the server its packets end here, and do not come back into the device.
        both(ip + " route", "blackhole default table " + own + " metric 32000");
        rule(ip, 0, "iif " + name + " lookup " + own);
    }

    /** The name of the device of a direct server. */
    static String directDevice(String device, int number) {
        return device + "-" + number;
    }

    private void requireElsewhere(IpAddress server) {
        if (facts.isLocal(server)) {
            throw new TunException("server " + server + " is an address of this host; a server of the packet plane must"
                    + " be another host");
        }
    }

    private void rule(String ip, int offset, String text) {
        String selector = text.startsWith("from") ? " " + text.substring(0, text.indexOf(" lookup")) : "";
        selector = text.startsWith("iif") ? " " + text.substring(0, text.indexOf(' ', 4)) : selector;
        int preference = table + offset;
        add(ip + " rule add pref " + preference + " " + text, ip + " rule del pref " + preference + selector);
    }

    private void both(String object, String text) {
        add(object + " add " + text, object + " del " + text);
    }

    /** Changes a setting that is not as it must be; one of our own devices needs no undoing. */
    private void setting(String value, String... parts) {
        String name = Sysctls.name(parts);
        boolean ours = parts.length > 3 && (parts[3].equals(device) || parts[3].startsWith(device + "-"));
        String before = ours ? null : facts.sysctl().apply(name);
        if (!value.equals(before)) {
            add("sysctl -w " + name + "=" + value, before == null ? null : "sysctl -w " + name + "=" + before);
        }
    }

    private void add(String command, @Nullable String undo) {
        Step step = new Step(command, undo);
        if (!steps.contains(step)) {
            steps.add(step);
        }
    }

    private static List<IpAddress> of(AddressFamily family, SortedSet<IpAddress> addresses) {
        return addresses.stream().filter(address -> address.family() == family).toList();
    }
}
