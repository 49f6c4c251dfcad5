package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.Script;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A {@code virtual_server} as it is written. */
final class ServiceDraft extends Settings {
    static final Set<String> SCHEDULERS =
            Set.of("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "mh", "sed", "nq", "fo", "ovf", "twos");

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final KeyTable<ServiceDraft> KEYS = keys();

    private final Word key;
    private final Place closed;
    private final List<ServerDraft> servers = new ArrayList<>();
    private final EnumSet<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);

    private boolean selected;
    private @Nullable Endpoint endpoint;
    private int mark;
    private @Nullable Word group;

    private @Nullable String scheduler;
    private @Nullable String ownScheduler;
    private @Nullable Forwarding method;
    private @Nullable Protocol protocol;
    private @Nullable AddressFamily family;
    private @Nullable Integer persistence;
    private @Nullable Word granularity;
    private int mask;
    private @Nullable String engine;
    private boolean onePacket;
    private boolean haSuspend;
    private boolean omega;
    private boolean inhibit;
    private int weight = 1;
    private @Nullable Integer quorum;
    private int hysteresis;
    private @Nullable Script quorumUp;
    private @Nullable Script quorumDown;
    private @Nullable Endpoint sorry;
    private boolean sorryGiven;
    private boolean sorryInhibit;
    private @Nullable Forwarding sorryMethod;
    private Duration slowStart = Duration.ZERO;
    private @Nullable PassiveCheck passiveCheck;
    private @Nullable ReleaseOnFailure releaseOnFailure;

    private ServiceDraft(Word key, Place closed) {
        this.key = key;
        this.closed = closed;
    }

    private static KeyTable<ServiceDraft> keys() {
        KeyTable.Reader<ServiceDraft> scheduler = (statement, it, context) -> it.scheduler(statement);
        KeyTable.Reader<ServiceDraft> method = (statement, it, context) -> it.method = Method.read(statement, context);
        KeyTable.Reader<ServiceDraft> named = (statement, it, context) -> it.namedFlag(statement, context);
        return KeyTable.<ServiceDraft>of("virtual_server")
                .block("real_server", 2, (statement, it, context) -> it.server(statement, context))
                .key("lvs_sched", 1, scheduler)
                .key("lb_algo", 1, scheduler)
                .key("lvs_method", method)
                .key("lb_kind", method)
                .key("protocol", 1, (statement, it, context) -> it.protocol(statement))
                .key("ip_family", 1, (statement, it, context) -> it.family(statement))
                .key("flag-1", 0, (statement, it, context) -> it.flags.add(SchedulerFlag.FLAG_1))
                .key("flag-2", 0, (statement, it, context) -> it.flags.add(SchedulerFlag.FLAG_2))
                .key("flag-3", 0, (statement, it, context) -> it.flags.add(SchedulerFlag.FLAG_3))
                .key("sh-port", 0, named)
                .key("sh-fallback", 0, named)
                .key("mh-port", 0, named)
                .key("mh-fallback", 0, named)
                .key("hashed", 0, (statement, it, context) -> it.hashed(statement, context))
                .key("ops", 0, (statement, it, context) -> it.onePacket = true)
                .key("persistence_timeout", 1, (statement, it, context) -> it.persistence(statement, context))
                .key("persistence_granularity", 1, (statement, it, context) -> it.granularity(statement, context))
                .key("persistence_engine", 1, (statement, it, context) -> it.engine(statement))
                .key("ha_suspend", 0, (statement, it, context) -> it.haSuspend = true)
                .key("alpha", 0, (statement, it, context) -> it.alpha = true)
                .key("omega", 0, (statement, it, context) -> it.omega = true)
                .key("inhibit_on_failure", 0, (statement, it, context) -> it.inhibit = true)
                .key(
                        "quorum",
                        1,
                        (statement, it, context) -> it.quorum =
                                (int) Values.number(statement.value("a weight"), 1, Integer.MAX_VALUE, context))
                .key(
                        "hysteresis",
                        1,
                        (statement, it, context) -> it.hysteresis =
                                (int) Values.number(statement.value("a weight"), 0, Integer.MAX_VALUE, context))
                .key("quorum_up", 3, (statement, it, context) -> it.quorumUp(statement, context))
                .key("quorum_down", 3, (statement, it, context) -> it.quorumDown(statement, context))
                .key("sorry_server", 2, (statement, it, context) -> it.sorry(statement))
                .key("sorry_server_inhibit", 0, (statement, it, context) -> it.sorryInhibit(statement))
                .key("sorry_server_lvs_method", (statement, it, context) -> it.sorryMethod(statement, context))
                .key(
                        "weight",
                        1,
                        (statement, it, context) -> it.weight =
                                (int) Values.number(statement.value("a weight"), 1, Integer.MAX_VALUE, context))
                .key("retry", 1, Settings.retries(1))
                .key("virtualhost", 1, (statement, it, context) -> it.virtualHost = Values.name(statement))
                .key("smtp_alert", 1, (statement, it, context) -> {
                    Values.truth(statement);
                    context.problems().withoutEffect(statement.key());
                })
                .withoutEffect("snmp_name")
                .all(Settings.times())
                .all(Settings.CONNECT_TIMEOUT)
                .key(Statement.OURS, ours()::read)
                .build();
    }

    private static OurWords<ServiceDraft> ours() {
        return OurWords.<ServiceDraft>withRounds()
                .word(
                        "slow-start",
                        (value, it, context) -> it.slowStart = OurWords.time(value, Duration.ZERO, Duration.ofDays(1)))
                .word("scheduler", (value, it, context) -> it.ownScheduler = value.text())
                .word(
                        "release-on-failure",
                        (value, it, context) ->
                                it.releaseOnFailure = value.text().isEmpty()
                                        ? ReleaseOnFailure.CLIENTS
                                        : new ReleaseOnFailure(OurWords.time(value, Duration.ZERO, Duration.ofDays(1))))
                .word("passive-failures", (value, it, context) -> {
                    PassiveCheck old = it.passive();
                    it.passiveCheck = new PassiveCheck(
                            OurWords.number(value, 1, Integer.MAX_VALUE, context),
                            old.ejection(),
                            old.longest(),
                            old.maxPercent());
                })
                .word("passive-ejection", (value, it, context) -> {
                    PassiveCheck old = it.passive();
                    Duration time = OurWords.time(value, SECOND, Duration.ofDays(1));
                    Duration longest = old.longest().compareTo(time) < 0 ? time : old.longest();
                    it.passiveCheck = new PassiveCheck(old.failures(), time, longest, old.maxPercent());
                })
                .word("passive-longest", (value, it, context) -> {
                    PassiveCheck old = it.passive();
                    Duration time = OurWords.time(value, old.ejection(), Duration.ofDays(1));
                    it.passiveCheck = new PassiveCheck(old.failures(), old.ejection(), time, old.maxPercent());
                })
                .word("passive-percent", (value, it, context) -> {
                    PassiveCheck old = it.passive();
                    it.passiveCheck = new PassiveCheck(
                            old.failures(), old.ejection(), old.longest(), OurWords.number(value, 0, 100, context));
                });
    }

    private PassiveCheck passive() {
        return passiveCheck == null ? PassiveCheck.DEFAULT : passiveCheck;
    }

    /** Reads a service; its block is read even if its address is wrong, for the errors in it. */
    static @Nullable ServiceDraft read(Statement statement, Context context) throws KeepalivedException {
        Statement.Block block = statement.block();
        if (block == null) {
            throw statement.key().error("block missing behind", "'{'");
        }
        ServiceDraft draft = new ServiceDraft(statement.key(), block.closed());
        try {
            if (!statement.broken()) {
                draft.select(statement, context);
                draft.selected = true;
            }
        } catch (KeepalivedException e) {
            context.problems().error(e);
        }
        KEYS.read(block, draft, context);
        return draft.selected ? draft : null;
    }

    private void select(Statement statement, Context context) throws KeepalivedException {
        Word first = statement.value("an IP address and a port, fwmark and a number, or group and a name");
        int words = 2;
        if (first.text().equals("fwmark")) {
            mark = (int) Values.number(statement.required(1, "a firewall mark"), 1, 0xFFFF_FFFFL, context);
        } else if (first.text().equals("group")) {
            group = statement.required(1, "the name of a group");
        } else {
            endpoint = Values.endpoint(statement, 0);
        }
        if (statement.size() > words) {
            context.problems().warning(statement.value(words).place(), "words behind the address are ignored");
        }
    }

    private void server(Statement statement, Context context) throws KeepalivedException {
        ServerDraft server = ServerDraft.read(statement, context);
        if (server != null) {
            servers.add(server);
        }
    }

    private void scheduler(Statement statement) throws KeepalivedException {
        String expected =
                "one of " + String.join(" ", SCHEDULERS.stream().sorted().toList());
        Word word = statement.value(expected);
        if (!SCHEDULERS.contains(word.text())) {
            throw word.error("unknown scheduler", expected);
        }
        scheduler = word.text();
    }

    private void protocol(Statement statement) throws KeepalivedException {
        Word word = statement.value("TCP, UDP or SCTP");
        try {
            protocol = Protocol.valueOf(word.text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw word.error("unknown protocol", "TCP, UDP or SCTP");
        }
    }

    private void family(Statement statement) throws KeepalivedException {
        Word word = statement.value("inet or inet6");
        AddressFamily read = GroupDraft.family(word);
        if (endpoint != null && endpoint.address().family() != read) {
            throw word.error("not the family of the address of the service:", "that family, or no ip_family");
        }
        family = read;
    }

    private void namedFlag(Statement statement, Context context) throws KeepalivedException {
        String name = statement.key().text();
        String owner = name.substring(0, name.indexOf('-'));
        if (owner.equals(scheduler)) {
            flags.add(name.endsWith("-port") ? SchedulerFlag.PORT : SchedulerFlag.FALLBACK);
        } else if ("sh".equals(scheduler) || "mh".equals(scheduler)) {
            context.problems().warning(statement.place(), name + " has no effect with the scheduler " + scheduler);
        } else {
            throw statement.key().error("flag of another scheduler", "lvs_sched " + owner + " before it");
        }
    }

    private void hashed(Statement statement, Context context) throws KeepalivedException {
        if (!"sh".equals(scheduler) && !"mh".equals(scheduler)) {
            throw statement.key().error("flag of another scheduler", "lvs_sched sh or mh before it");
        }
        context.problems().withoutEffect(statement.key());
    }

    private void persistence(Statement statement, Context context) throws KeepalivedException {
        persistence = statement.size() == 0
                ? Persistence.DEFAULT_TIMEOUT_SECONDS
                : (int) Values.number(statement.value(0), 1, Persistence.MAX_TIMEOUT_SECONDS, context);
    }

    private void granularity(Statement statement, Context context) throws KeepalivedException {
        Word word = statement.value("an IPv4 netmask, or a prefix length of IPv6");
        boolean v4 = endpoint == null
                ? word.text().indexOf('.') >= 0
                : endpoint.address().isV4();
        if (v4) {
            IpAddress address = Values.addressOrNull(word.text());
            if (address == null || !address.isV4()) {
                throw word.error("not a netmask:", "an IPv4 netmask such as 255.255.255.0");
            }
            mask = (int) address.low();
        } else {
            mask = (int) Values.number(word, 1, Persistence.FULL_MASK_V6, context);
        }
        granularity = word;
    }

    private void engine(Statement statement) throws KeepalivedException {
        Word word = statement.value("the name of an engine such as sip");
        if (!word.text().equals("sip")) {
            throw word.error("unknown persistence engine", "sip");
        }
        engine = word.text();
    }

    private void quorumUp(Statement statement, Context context) throws KeepalivedException {
        if (quorumUp != null) {
            throw statement.key().error("given twice:", "one program");
        }
        quorumUp = Values.script(statement, context);
    }

    private void quorumDown(Statement statement, Context context) throws KeepalivedException {
        if (quorumDown != null) {
            throw statement.key().error("given twice:", "one program");
        }
        quorumDown = Values.script(statement, context);
    }

    private void sorry(Statement statement) throws KeepalivedException {
        sorryGiven = true;
        sorry = Values.server(statement);
    }

    private void sorryInhibit(Statement statement) throws KeepalivedException {
        requireSorry(statement);
        sorryInhibit = true;
    }

    private void sorryMethod(Statement statement, Context context) throws KeepalivedException {
        requireSorry(statement);
        sorryMethod = Method.read(statement, context);
    }

    private void requireSorry(Statement statement) throws KeepalivedException {
        if (!sorryGiven) {
            throw statement.key().error("without a sorry server:", "sorry_server before it");
        }
    }

    Word key() {
        return key;
    }

    Place closed() {
        return closed;
    }

    List<ServerDraft> servers() {
        return servers;
    }

    Set<SchedulerFlag> flags() {
        return flags;
    }

    @Nullable
    Endpoint endpoint() {
        return endpoint;
    }

    int mark() {
        return mark;
    }

    @Nullable
    Word group() {
        return group;
    }

    /** The scheduler, or null if none is given. */
    @Nullable
    String scheduler() {
        return scheduler;
    }

    /** Ours: the scheduler that is used instead. */
    @Nullable
    String ownScheduler() {
        return ownScheduler;
    }

    boolean hasMethod() {
        return method != null;
    }

    Forwarding method() {
        return method == null ? Forwarding.masquerade() : method;
    }

    @Nullable
    Protocol protocol() {
        return protocol;
    }

    @Nullable
    AddressFamily family() {
        return family;
    }

    /** The timeout of its persistence in seconds; null if it is not given. */
    @Nullable
    Integer persistence() {
        return persistence;
    }

    @Nullable
    Word granularity() {
        return granularity;
    }

    int mask() {
        return mask;
    }

    @Nullable
    String engine() {
        return engine;
    }

    boolean onePacket() {
        return onePacket;
    }

    boolean haSuspend() {
        return haSuspend;
    }

    boolean omega() {
        return omega;
    }

    boolean inhibit() {
        return inhibit;
    }

    int weight() {
        return weight;
    }

    @Nullable
    Integer quorum() {
        return quorum;
    }

    int hysteresis() {
        return hysteresis;
    }

    @Nullable
    Script quorumUp() {
        return quorumUp;
    }

    @Nullable
    Script quorumDown() {
        return quorumDown;
    }

    @Nullable
    Endpoint sorry() {
        return sorry;
    }

    boolean sorryInhibit() {
        return sorryInhibit;
    }

    Forwarding sorryMethod() {
        return sorryMethod == null ? method() : sorryMethod;
    }

    Duration slowStart() {
        return slowStart;
    }

    @Nullable
    ReleaseOnFailure releaseOnFailure() {
        return releaseOnFailure;
    }

    @Nullable
    PassiveCheck passiveCheck() {
        return passiveCheck;
    }

    VirtualService.Builder builder(ServiceKey of) {
        String used =
                ownScheduler != null ? ownScheduler : scheduler != null ? scheduler : VirtualService.DEFAULT_SCHEDULER;
        return VirtualService.builder(of).scheduler(used).flags(flags).slowStart(slowStart);
    }
}
