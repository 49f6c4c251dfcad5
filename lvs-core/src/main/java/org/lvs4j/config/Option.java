package org.lvs4j.config;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The options of the commands. */
enum Option implements Switch {
    TCP_SERVICE('t', "tcp-service", Arity.VALUE),
    UDP_SERVICE('u', "udp-service", Arity.VALUE),
    SCTP_SERVICE(NONE, "sctp-service", Arity.VALUE),
    MARK_SERVICE('f', "fwmark-service", Arity.VALUE),
    IPV6('6', "ipv6", Arity.FLAG),
    SCHEDULER('s', "scheduler", Arity.VALUE),
    SCHEDULER_FLAGS('b', "sched-flags", Arity.VALUE),
    PERSISTENT('p', "persistent", Arity.OPTIONAL_VALUE),
    NETMASK('M', "netmask", Arity.VALUE),
    ENGINE(NONE, "pe", Arity.VALUE),
    ONE_PACKET('o', "ops", Arity.FLAG),
    REAL_SERVER('r', "real-server", Arity.VALUE),
    DIRECT('g', "gatewaying", Arity.FLAG),
    TUNNEL('i', "ipip", Arity.FLAG),
    MASQUERADE('m', "masquerading", Arity.FLAG),
    WEIGHT('w', "weight", Arity.VALUE),
    UPPER_THRESHOLD('x', "u-threshold", Arity.VALUE),
    LOWER_THRESHOLD('y', "l-threshold", Arity.VALUE),
    TUNNEL_TYPE(NONE, "tun-type", Arity.VALUE),
    TUNNEL_PORT(NONE, "tun-port", Arity.VALUE),
    TUNNEL_NO_CHECKSUM(NONE, "tun-nocsum", Arity.FLAG),
    TUNNEL_CHECKSUM(NONE, "tun-csum", Arity.FLAG),
    TUNNEL_REMOTE_CHECKSUM(NONE, "tun-remcsum", Arity.FLAG),
    CONNECTIONS('c', "connection", Arity.FLAG),
    TIMEOUTS(NONE, "timeout", Arity.FLAG),
    DAEMONS(NONE, "daemon", Arity.FLAG),
    STATS(NONE, "stats", Arity.FLAG),
    RATE(NONE, "rate", Arity.FLAG),
    THRESHOLDS(NONE, "thresholds", Arity.FLAG),
    PERSISTENT_CONNECTIONS(NONE, "persistent-conn", Arity.FLAG),
    TUNNEL_INFO(NONE, "tun-info", Arity.FLAG),
    SORT(NONE, "sort", Arity.FLAG),
    NO_SORT(NONE, "nosort", Arity.FLAG),
    NUMERIC('n', "numeric", Arity.FLAG),
    EXACT(NONE, "exact", Arity.FLAG),
    INTERFACE(NONE, "mcast-interface", Arity.VALUE),
    SYNC_ID(NONE, "syncid", Arity.VALUE),
    SYNC_MAX_LENGTH(NONE, "sync-maxlen", Arity.VALUE),
    MULTICAST_GROUP(NONE, "mcast-group", Arity.VALUE),
    MULTICAST_PORT(NONE, "mcast-port", Arity.VALUE),
    MULTICAST_TTL(NONE, "mcast-ttl", Arity.VALUE);

    static final Set<Option> SERVICE = set(TCP_SERVICE, UDP_SERVICE, SCTP_SERVICE, MARK_SERVICE);
    static final Set<Option> FORWARDING = set(DIRECT, TUNNEL, MASQUERADE);
    static final Set<Option> CHECKSUM = set(TUNNEL_NO_CHECKSUM, TUNNEL_CHECKSUM, TUNNEL_REMOTE_CHECKSUM);

    /** In the order in which one of them takes precedence over the others. */
    static final Set<Option> COLUMNS = set(STATS, RATE, THRESHOLDS, PERSISTENT_CONNECTIONS, TUNNEL_INFO);

    static final Set<Option> SORTING = set(SORT, NO_SORT);

    /** Of each of these sets, a command takes at most one option. */
    static final List<Set<Option>> ALTERNATIVES = List.of(SERVICE, FORWARDING);

    private final Spelling spelling;

    Option(char shortName, String longName, Arity arity) {
        spelling = new Spelling(shortName, longName, arity);
    }

    /** The name of this option in errors: that of the set of alternatives that it belongs to, if there is one. */
    String nameInErrors() {
        if (SERVICE.contains(this)) {
            return "service-address";
        }
        return FORWARDING.contains(this) ? "forwarding-method" : longName();
    }

    private static Set<Option> set(Option first, Option... others) {
        return Collections.unmodifiableSet(EnumSet.of(first, others));
    }

    @Override
    public Spelling spelling() {
        return spelling;
    }
}
