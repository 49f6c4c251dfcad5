package org.lvs4j.netty.discovery;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoopGroup;
import java.net.IDN;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.internal.NettyVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that the domain name system has for a name: its A and AAAA records, or its SRV records (RFC 2782). Immutable
 * and thread-safe. Needs Netty's resolver, {@code io.netty:netty-resolver-dns}.
 *
 * <p><b>When.</b> The next look-up is made when the least TTL of the records of the last one is over, within
 * {@link Builder#interval}. An answer without records counts for the TTL that its SOA record gives it (RFC 2308).
 *
 * <p><b>Records.</b> Aliases (CNAME) are followed. Of SRV records only those of the lowest priority are taken, whether their
 * servers are healthy or not; the weight of a record is that of the server, so that weight 0 beside others gets no new
 * connections. If all of them are 0, each server has weight 1. The addresses of a target are the additional records of the
 * answer; those that are missing there are looked up. A target that does not exist is left out if others exist.
 *
 * <p><b>Failures.</b> A name that does not exist, an error of the name servers, no answer in time, and an answer that is cut off
 * even over TCP are reported as failures, and so is a missing answer about one of two families: the servers found last stay.
 * Every name server is asked twice at most. The next look-up follows after 1 s, then 2 s, up to 30 s. A name that has no records of this kind is
 * an answer without servers.
 *
 * <p><b>Names</b> are whole: neither the search list of the system nor its file of hosts is used.
 *
 * <pre>{@code
 * ServerSource web = DnsSource.addresses("orders.example", 8080);
 * ServerSource pods = DnsSource.srv("_http._tcp.orders.default.svc.cluster.local");
 * ServerSource consul = DnsSource.srv("orders.service.consul").toBuilder()
 *         .nameServers(Endpoint.parse("127.0.0.1:8600"))
 *         .build();
 * }</pre>
 */
public final class DnsSource implements ServerSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(DnsSource.class);
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    private final DnsOptions options;

    private DnsSource(DnsOptions options) {
        this.options = options;
    }

    /**
     * The servers at the addresses of a name.
     *
     * @param name such as {@code orders.example}, with or without a dot at its end
     * @param port of all servers, 1..65535
     * @throws IllegalArgumentException if the name is none of the domain name system, or the port is out of range
     * @throws IllegalStateException if Netty's resolver is missing
     */
    public static DnsSource addresses(String name, int port) {
        if (port < 1 || port > Endpoint.MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is outside 1.." + Endpoint.MAX_PORT);
        }
        return of(name, port);
    }

    /**
     * The servers that the SRV records of a name list, with their ports and weights.
     *
     * @param name such as {@code _http._tcp.orders.example}, with or without a dot at its end
     * @throws IllegalArgumentException if the name is none of the domain name system
     * @throws IllegalStateException if Netty's resolver is missing
     */
    public static DnsSource srv(String name) {
        return of(name, 0);
    }

    private static DnsSource of(String name, int port) {
        requireName(requireNonNull(name, "name"));
        try {
            DnsClient.requireResolver();
        } catch (LinkageError e) {
            throw new IllegalStateException("a DnsSource needs Netty's resolver (io.netty:netty-resolver-dns)", e);
        }
        return new DnsSource(DnsOptions.of(name, port));
    }

    /** The name in ASCII; empty if it is none. */
    private static String ascii(String name) {
        try {
            return IDN.toASCII(name);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static void requireName(String name) {
        String ascii = ascii(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
        boolean valid = !ascii.isEmpty() && ascii.length() <= MAX_NAME;
        for (String label : ascii.split("\\.", -1)) {
            valid &= !label.isEmpty() && label.length() <= MAX_LABEL;
        }
        if (!valid) {
            throw new IllegalArgumentException("'" + name + "' is not a name: expected labels of 1.." + MAX_LABEL
                    + " characters between dots, " + MAX_NAME + " in all");
        }
    }

    /** A builder with the options of this source. */
    public Builder toBuilder() {
        return new Builder(options);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A subscription has a daemon thread, on which the observer is called, and unless {@link Builder#eventLoops} gives them
     * an event loop; both end after {@code close()}. A socket is open while a query is.
     *
     * @throws IllegalStateException if no event loop can be opened, or the application has a Netty older than 4.2
     * @throws IllegalArgumentException if the event loops of the application have a transport that is not Netty's
     */
    @Override
    public Subscription subscribe(Observer observer) {
        NettyVersion.require();
        requireNonNull(observer, "observer");
        return DnsSubscription.start(options, new LoggedObserver(observer, toString(), LOGGER));
    }

    /** The name, for messages. */
    @Override
    public String toString() {
        return options.name() + (options.port() == 0 ? "" : ":" + options.port());
    }

    /** Builds a source with further options; not thread-safe. */
    public static final class Builder {
        private final DnsOptions start;
        private List<Endpoint> nameServers;
        private @Nullable AddressFamily family;
        private Duration minInterval;
        private Duration maxInterval;
        private Duration timeout;
        private @Nullable EventLoopGroup group;

        private Builder(DnsOptions start) {
            this.start = start;
            nameServers = start.nameServers();
            family = start.family();
            minInterval = start.minInterval();
            maxInterval = start.maxInterval();
            timeout = start.timeout();
            group = start.group();
        }

        /** The name servers in the order in which they are asked, at most 16; without any, those of the system, as by default. */
        public Builder nameServers(Endpoint... servers) {
            nameServers = List.of(requireNonNull(servers, "servers"));
            return this;
        }

        /** Asks for addresses of one family only. By default for both, and both answers are needed. */
        public Builder family(AddressFamily only) {
            family = requireNonNull(only, "only");
            return this;
        }

        /**
         * The bounds of the time from one look-up to the next, each 100 ms..1 day. By default 1 s, the shortest TTL that is not
         * 0, and 5 minutes.
         *
         * @param shortest for records with a shorter TTL
         * @param longest for records with a longer TTL
         */
        public Builder interval(Duration shortest, Duration longest) {
            minInterval = requireNonNull(shortest, "shortest");
            maxInterval = requireNonNull(longest, "longest");
            return this;
        }

        /** How long one query waits for the answer of one name server, 100 ms..1 min; 2 s by default. */
        public Builder timeout(Duration value) {
            timeout = requireNonNull(value, "value");
            return this;
        }

        /**
         * Uses the application's event loops, of any of Netty's transports, and never shuts them down. They must run until the
         * source is closed. By default a subscription has an event loop of its own.
         */
        public Builder eventLoops(EventLoopGroup loops) {
            group = requireNonNull(loops, "loops");
            return this;
        }

        /**
         * Builds the source.
         *
         * @throws IllegalArgumentException naming each option that is out of range
         */
        public DnsSource build() {
            return new DnsSource(new DnsOptions(
                            start.name(), start.port(), nameServers, family, minInterval, maxInterval, timeout, group)
                    .checked());
        }
    }
}
