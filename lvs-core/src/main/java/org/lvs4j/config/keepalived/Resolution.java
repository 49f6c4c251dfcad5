package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.GroupDraft.Member;
import org.lvs4j.config.keepalived.KeepalivedOptions.Refusal;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.SorryServer;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Makes values of the services of a file after all of it has been read: defaults and inheritance, and what services,
 * servers and groups must have in common. The places of errors are those of keepalived: the beginning of the block for
 * what concerns all of it.
 */
final class Resolution {
    private static final int NO_PORT = -1;

    private final Context context;
    private final Set<ServiceKey> keys = new HashSet<>();

    Resolution(Context context) {
        this.context = context;
    }

    /** The service as a value, or null if there is nothing to balance. */
    @Nullable
    MonitoredService resolve(ServiceDraft draft) {
        try {
            return resolved(draft);
        } catch (KeepalivedException e) {
            context.problems().error(e);
        } catch (IllegalArgumentException e) {
            context.problems().error(draft.key().error(e.getMessage() + ", in", "values that go together"));
        }
        return null;
    }

    private @Nullable MonitoredService resolved(ServiceDraft draft) throws KeepalivedException {
        List<Member> members = members(draft);
        remarkDefaults(draft);
        AddressFamily family = family(draft, members);
        Member first = members.isEmpty() ? new Member(null, draft.mark(), family) : members.get(0);
        int port = first.endpoint() == null ? 0 : first.endpoint().port();
        List<Member> ports = onePerPort(members);
        List<MonitoredServer> servers = servers(draft, family, ports, port);
        SorryServer sorry = sorryServer(draft, family, ports);
        if (servers.isEmpty() && draft.lostBlock) {
            return null;
        }
        if (servers.isEmpty()) {
            throw draft.key().error("no server that can be used, in", "a real_server in the block");
        }
        if (members.isEmpty()) {
            return null;
        }
        context.requireServices(draft.key(), members.size());
        List<VirtualService> services = services(draft, members, family);
        if (services.isEmpty()) {
            return null;
        }
        requireServed(draft, services);
        Word group = draft.group();
        MonitoredService.Builder builder = group == null
                ? MonitoredService.builder(services.get(0))
                : MonitoredService.builder(group.text(), services);
        servers.forEach(builder::server);
        return builder.quorum(quorum(draft, servers))
                .sorryServer(sorry)
                .alpha(Settings.first(it -> it.alpha, false, draft))
                .omega(draft.omega())
                .haSuspend(draft.haSuspend())
                .passiveCheck(draft.passiveCheck())
                .releaseOnFailure(draft.releaseOnFailure())
                .build();
    }

    private void requireServed(ServiceDraft draft, List<VirtualService> services) {
        for (VirtualService service : services) {
            Refusal refusal = context.options().served().refusal(service);
            if (refusal != null) {
                refuse(draft.key(), refusal);
                return;
            }
        }
    }

    private void refuse(Word at, Refusal refusal) {
        context.problems().error(at.error(refusal.problem() + ", in", refusal.expected()));
    }

    /** The addresses and marks of a service; none if its group is unknown or empty. */
    private List<Member> members(ServiceDraft draft) {
        Word name = draft.group();
        if (name == null) {
            return List.of(new Member(draft.endpoint(), draft.mark(), draft.family()));
        }
        GroupDraft group = context.groups().get(name.text());
        if (group == null) {
            context.problems()
                    .error(draft.key()
                            .place()
                            .error(name.text(), "unknown group", "the name of a virtual_server_group"));
            return List.of();
        }
        return group.members();
    }

    /** The first member of each port, and the first mark: what decides about the ports of servers. */
    private static List<Member> onePerPort(List<Member> members) {
        Map<Integer, Member> ports = new LinkedHashMap<>();
        for (Member member : members) {
            ports.putIfAbsent(
                    member.endpoint() == null ? NO_PORT : member.endpoint().port(), member);
        }
        return List.copyOf(ports.values());
    }

    private void remarkDefaults(ServiceDraft draft) {
        Place place = draft.key().place();
        Problems problems = context.problems();
        if (draft.mark() != 0 && draft.protocol() != null) {
            problems.error(
                    draft.key().error("protocol of a service of a firewall mark, in", "none, as the mark decides"));
        }
        if (draft.mark() == 0 && draft.protocol() == null) {
            problems.warning(place, "no protocol: UDP is used");
        }
        if (draft.scheduler() == null && draft.ownScheduler() == null) {
            problems.warning(place, "no scheduler: " + VirtualService.DEFAULT_SCHEDULER + " is used");
        }
        if (!draft.hasMethod()) {
            problems.warning(place, "no forwarding method: NAT is used");
        }
        if (draft.mark() != 0 && draft.haSuspend()) {
            problems.error(
                    draft.key().error("ha_suspend of a service of a firewall mark, in", "a service with an address"));
        }
    }

    private static boolean tunnelled(Forwarding forwarding) {
        return forwarding.method() == Forwarding.Method.TUNNEL;
    }

    /** The family of the clients: that of the addresses, or else of the servers. */
    private AddressFamily family(ServiceDraft draft, List<Member> members) throws KeepalivedException {
        Set<AddressFamily> families = members.stream()
                .filter(member -> member.endpoint() != null || member.family() != null)
                .map(member -> member.endpoint() == null
                        ? member.family()
                        : member.endpoint().address().family())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (families.size() > 1) {
            boolean everywhere = draft.servers().stream().allMatch(server -> tunnelled(server.method(draft)))
                    && (draft.sorry() == null || tunnelled(draft.sorryMethod()));
            if (!everywhere) {
                throw draft.key().error("group with addresses of both families, in", "tunnels to all servers");
            }
        }
        if (!families.isEmpty()) {
            return families.iterator().next();
        }
        for (ServerDraft server : draft.servers()) {
            if (!tunnelled(server.method(draft))) {
                return server.endpoint().address().family();
            }
        }
        return draft.servers().isEmpty()
                ? AddressFamily.IPV4
                : draft.servers().get(0).endpoint().address().family();
    }

    private List<MonitoredServer> servers(ServiceDraft draft, AddressFamily family, List<Member> ports, int port) {
        List<MonitoredServer> servers = new ArrayList<>();
        Set<Endpoint> endpoints = new HashSet<>();
        for (ServerDraft server : draft.servers()) {
            Forwarding method = server.method(draft);
            Endpoint endpoint = server.endpoint();
            if (endpoint.address().family() != family && !tunnelled(method)) {
                context.problems()
                        .error(server.closed()
                                .error(
                                        "}",
                                        "server " + endpoint.address() + " of another address family than its service,"
                                                + " found",
                                        "a tunnel (lvs_method TUN), or a server of the same family"));
                continue;
            }
            if (server.thresholdsCrossed()) {
                context.problems()
                        .warning(
                                server.key().place(),
                                "lthreshold is above uthreshold, which IPVS refuses: the server is left out");
                continue;
            }
            boolean mismatch = portMismatch(server.key(), endpoint, method, ports);
            boolean keepsPort = method.method() == Forwarding.Method.MASQUERADE && endpoint.port() != 0;
            if (!endpoints.add(keepsPort ? endpoint : endpoint.withPort(port))) {
                if (mismatch) {
                    continue;
                }
                context.problems()
                        .error(server.key().error("server " + endpoint + " is given twice, in", "another server"));
                continue;
            }
            MonitoredServer resolved = server.resolve(draft, port, context);
            Refusal refusal = context.options().served().refusal(resolved.server());
            if (refusal != null) {
                refuse(server.key(), refusal);
            }
            servers.add(resolved);
        }
        return servers;
    }

    /** Reports a port that only masquerading could change, and returns whether it is one. */
    private boolean portMismatch(Word at, Endpoint server, Forwarding method, List<Member> ports) {
        if (method.method() == Forwarding.Method.MASQUERADE || server.port() == 0) {
            return false;
        }
        for (Member member : ports) {
            if (member.endpoint() == null) {
                context.problems().warning(at.place(), "the port of the server has no effect without NAT");
            } else if (member.endpoint().port() != server.port()) {
                context.problems()
                        .error(at.error(
                                "only NAT can change the port from "
                                        + member.endpoint().port() + " to " + server.port() + ", in",
                                "the same port, or lvs_method NAT"));
                return true;
            }
        }
        return false;
    }

    private @Nullable SorryServer sorryServer(ServiceDraft draft, AddressFamily family, List<Member> ports) {
        Endpoint sorry = draft.sorry();
        if (sorry == null) {
            return null;
        }
        Forwarding method = draft.sorryMethod();
        if (sorry.address().family() != family && !tunnelled(method)) {
            context.problems()
                    .error(draft.closed()
                            .error(
                                    "}",
                                    "sorry server " + sorry.address() + " of another address family than its service,"
                                            + " found",
                                    "a tunnel (sorry_server_lvs_method TUN), or a server of the same family"));
            return null;
        }
        portMismatch(draft.key(), sorry, method, ports);
        RealServer server = new RealServer(sorry, 1, method, 0, 0);
        Refusal refusal = context.options().served().refusal(server);
        if (refusal != null) {
            refuse(draft.key(), new Refusal("sorry server: " + refusal.problem(), refusal.expected()));
        }
        return new SorryServer(server, draft.sorryInhibit());
    }

    private Quorum quorum(ServiceDraft draft, List<MonitoredServer> servers) {
        long total =
                servers.stream().mapToLong(server -> server.server().weight()).sum();
        Integer given = draft.quorum();
        int quorum = given == null ? 1 : given;
        boolean known = draft.servers().stream().noneMatch(ServerDraft::weightUnreadable);
        if (quorum > total && given != null && known) {
            context.problems()
                    .error(draft.key()
                            .error(
                                    "quorum " + quorum + " above the weight of all servers, " + total + ", in",
                                    "a quorum that can be reached"));
        }
        quorum = (int) Math.max(1, Math.min(quorum, total));
        int hysteresis = draft.hysteresis();
        int meant = given == null ? 1 : given;
        if (hysteresis >= quorum) {
            if (hysteresis >= meant) {
                context.problems()
                        .error(draft.key()
                                .error(
                                        "hysteresis " + hysteresis + " not below the quorum, " + meant + ", in",
                                        "a lower one"));
            }
            hysteresis = quorum - 1;
        }
        return new Quorum(quorum, hysteresis, draft.quorumUp(), draft.quorumDown());
    }

    private List<VirtualService> services(ServiceDraft draft, List<Member> members, AddressFamily family)
            throws KeepalivedException {
        Integer persistence = draft.persistence();
        Word granularity = draft.granularity();
        if (persistence == null && (granularity != null || draft.engine() != null)) {
            persistence = Persistence.DEFAULT_TIMEOUT_SECONDS;
        }
        boolean portless = members.stream()
                .anyMatch(each -> each.endpoint() != null && each.endpoint().port() == 0);
        if (persistence == null && portless) {
            persistence = Persistence.DEFAULT_TIMEOUT_SECONDS;
            context.problems().warning(draft.key().place(), "no port: persistence of " + persistence + " s is used");
        }
        boolean onePacket = draft.onePacket();
        Protocol protocol = draft.protocol() == null ? Protocol.UDP : draft.protocol();
        if (onePacket && protocol != Protocol.UDP && draft.mark() == 0) {
            context.problems().error(draft.key().error("ops with another protocol than UDP, in", "protocol UDP"));
            onePacket = false;
        }
        List<VirtualService> services = new ArrayList<>();
        int twice = 0;
        for (Member member : members) {
            ServiceKey key = key(member, protocol, family);
            if (!keys.add(key)) {
                // A group that is used twice has them all twice; enough of them are reported.
                if (++twice <= KeepalivedFile.MAX_ERRORS) {
                    context.problems()
                            .error(draft.key().error("service " + key + " is given twice, in", "another service"));
                }
                continue;
            }
            VirtualService.Builder builder = draft.builder(key)
                    .onePacket(onePacket && (!(key instanceof ServiceKey.Address a) || a.protocol() == Protocol.UDP));
            if (persistence != null) {
                int mask = granularity == null ? Persistence.fullMask(key.family()) : draft.mask();
                if (granularity != null
                        && granularity.text().indexOf('.') >= 0 != (key.family() == AddressFamily.IPV4)) {
                    throw granularity.error(
                            "of another address family than " + key + ":",
                            "a netmask of IPv4, a prefix length of IPv6");
                }
                builder.persistence(new Persistence(persistence, mask, draft.engine()));
            }
            services.add(builder.build());
        }
        return services;
    }

    private static ServiceKey key(Member member, Protocol protocol, AddressFamily family) {
        return member.endpoint() == null
                ? ServiceKey.mark(member.mark(), member.family() == null ? family : member.family())
                : ServiceKey.of(protocol, member.endpoint());
    }
}
