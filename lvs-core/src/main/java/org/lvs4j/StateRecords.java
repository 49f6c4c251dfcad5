package org.lvs4j;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.persistence.SavedTemplate;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Traffic;

/**
 * The records of a {@link DirectorState}: the head, then each service followed by its servers, then the templates, and
 * an end. A template names its server by its number among all of them, which begins at 0. Times are in milliseconds.
 */
final class StateRecords {
    // The kind of a key; between them, the protocols from 1 on.
    private static final int MARK_KEY = 0;
    private static final int NAMED_KEY = 64;

    private static final int END = 0;
    private static final int SERVICE = 1;
    private static final int SERVER = 2;
    private static final int TEMPLATE = 3;

    private static final int CONFIRMED = 1;
    private static final int ONE_PACKET = 2;
    private static final int ONE_PORT = 4;
    private static final int IPV6_CLIENT = 8;
    private static final int ALL_FLAGS = 15;

    private static final long MAX_DRAIN_MILLIS = DrainOptions.LONGEST.toMillis();
    private static final long MAX_TEMPLATE_MILLIS =
            Duration.ofSeconds(Persistence.MAX_TIMEOUT_SECONDS).toMillis();

    private StateRecords() {}

    /** Receives the records in their order. */
    interface Visitor {
        void head(long unixMillis, Traffic total);

        void service(ServiceKey key, @Nullable Persistence persistence, Traffic traffic);

        void server(Endpoint endpoint, Traffic traffic, @Nullable SavedDrain drain);

        void template(int server, AddressFamily family, SavedTemplate template);
    }

    /** Writes records. The caller calls {@link #end} last. */
    static final class Writer implements Visitor {
        private final StateOutput output = new StateOutput();
        private final StateTotals totals = new StateTotals();

        @Override
        public void head(long unixMillis, Traffic total) {
            totals.head(unixMillis, total);
            output.number(unixMillis);
            output.traffic(total);
        }

        @Override
        public void service(ServiceKey key, @Nullable Persistence persistence, Traffic traffic) {
            totals.service(key, persistence, traffic);
            output.octet(SERVICE);
            if (key instanceof ServiceKey.Address address) {
                output.number(address.protocol().ordinal() + 1L);
                output.endpoint(address.endpoint());
            } else if (key instanceof ServiceKey.Mark mark) {
                output.number(MARK_KEY);
                output.family(key.family());
                output.number(Integer.toUnsignedLong(mark.mark()));
            } else {
                output.number(NAMED_KEY);
                output.text(((ServiceKey.Named) key).name());
            }
            output.number(persistence == null ? 0 : 1);
            if (persistence != null) {
                output.number(persistence.timeoutSeconds());
                output.number(Integer.toUnsignedLong(persistence.mask()));
                output.text(persistence.engine());
            }
            output.traffic(traffic);
        }

        @Override
        public void server(Endpoint endpoint, Traffic traffic, @Nullable SavedDrain drain) {
            totals.server(endpoint, traffic, drain);
            output.octet(SERVER);
            output.endpoint(endpoint);
            output.traffic(traffic);
            output.number(drain == null ? 0 : 1);
            if (drain != null) {
                output.number(millis(drain.pacingNanos(), MAX_DRAIN_MILLIS));
                output.number(millis(drain.leftNanos(), MAX_DRAIN_MILLIS));
                output.number(drain.ended());
            }
        }

        @Override
        public void template(int server, AddressFamily family, SavedTemplate template) {
            String identity = template.identity();
            if (identity != null && identity.length() > StateInput.MAX_TEXT) {
                return;
            }
            totals.template(server, family, template);
            output.octet(TEMPLATE);
            output.number(server);
            output.octet((template.confirmed() ? CONFIRMED : 0)
                    | (template.onePacket() ? ONE_PACKET : 0)
                    | (template.onePort() ? ONE_PORT : 0)
                    | (family == AddressFamily.IPV6 ? IPV6_CLIENT : 0));
            output.address(family, template.clientHigh(), template.clientLow());
            output.number(millis(template.timeoutNanos(), MAX_TEMPLATE_MILLIS));
            output.number(millis(template.leftNanos(), MAX_TEMPLATE_MILLIS));
            output.text(identity);
        }

        DirectorState end() {
            output.octet(END);
            return new DirectorState(output.blocks(), totals);
        }

        /** What another thread has renewed since the time was read lasts a moment longer than the most. */
        private static long millis(long nanos, long most) {
            return Math.min(most, TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }

    /** Reads all records, and passes each on as soon as it has been read. */
    static void read(StateBlocks blocks, Visitor visitor) throws StateException {
        StateInput input = new StateInput(blocks);
        visitor.head(input.number(), input.traffic());
        int servers = 0;
        boolean inService = false;
        for (int kind = input.octet(); kind != END; kind = input.octet()) {
            switch (kind) {
                case SERVICE -> {
                    visitor.service(key(input), persistence(input), input.traffic());
                    inService = true;
                }
                case SERVER -> {
                    if (!inService) {
                        throw StateBlocks.damaged("a server without a service");
                    }
                    visitor.server(input.endpoint(), input.traffic(), drain(input));
                    servers++;
                }
                case TEMPLATE -> {
                    int server = (int) input.number(servers - 1L, "the server of a template");
                    int flags = (int) input.number(ALL_FLAGS, "the flags of a template");
                    AddressFamily family = (flags & IPV6_CLIENT) != 0 ? AddressFamily.IPV6 : AddressFamily.IPV4;
                    visitor.template(server, family, template(input, family, flags));
                }
                default -> throw StateBlocks.damaged("a record of an unknown kind");
            }
        }
        if (!input.atEnd()) {
            throw StateBlocks.damaged("more records follow the end");
        }
    }

    private static ServiceKey key(StateInput input) throws StateException {
        Protocol[] protocols = Protocol.values();
        int kind = (int) input.number(NAMED_KEY, "the kind of a service");
        if (kind == NAMED_KEY) {
            try {
                return ServiceKey.named(String.valueOf(input.text()));
            } catch (IllegalArgumentException e) {
                throw StateBlocks.damaged(String.valueOf(e.getMessage()));
            }
        } else if (kind > protocols.length) {
            throw StateBlocks.damaged("an unknown protocol");
        } else if (kind != MARK_KEY) {
            return ServiceKey.of(protocols[kind - 1], input.endpoint());
        }
        AddressFamily family = input.family();
        int mark = (int) input.number(0xFFFF_FFFFL, "a firewall mark");
        if (mark == 0) {
            throw StateBlocks.damaged("a firewall mark is 0");
        }
        return ServiceKey.mark(mark, family);
    }

    private static @Nullable Persistence persistence(StateInput input) throws StateException {
        if (!input.flag()) {
            return null;
        }
        int timeout = (int) input.number(Persistence.MAX_TIMEOUT_SECONDS, "a persistence timeout");
        return new Persistence(timeout, (int) input.number(0xFFFF_FFFFL, "a netmask"), input.text());
    }

    private static @Nullable SavedDrain drain(StateInput input) throws StateException {
        if (!input.flag()) {
            return null;
        }
        long pacing = input.number(MAX_DRAIN_MILLIS, "the pacing of a drain");
        long left = input.number(MAX_DRAIN_MILLIS, "the deadline of a drain");
        return new SavedDrain(nanos(pacing), nanos(left), input.number(Long.MAX_VALUE, "a count"));
    }

    private static SavedTemplate template(StateInput input, AddressFamily family, int flags) throws StateException {
        long high = input.high(family);
        long low = input.low(family);
        long timeout = input.number(MAX_TEMPLATE_MILLIS, "the timeout of a template");
        long left = input.number(MAX_TEMPLATE_MILLIS, "the time left of a template");
        if (timeout == 0) {
            throw StateBlocks.damaged("the timeout of a template is 0");
        }
        return new SavedTemplate(
                high,
                low,
                (flags & ONE_PORT) != 0,
                (flags & ONE_PACKET) != 0,
                (flags & CONFIRMED) != 0,
                nanos(timeout),
                nanos(left),
                input.text());
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
