package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * Passes if a DNS server answers a question without an error. What it answers is not examined. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 * @param type the type of record asked for
 * @param name the name asked for, with or without the final dot; {@code .} for the root. At most 253 bytes in labels of at
 *     most 63
 */
public record DnsCheck(ProbeTarget target, CheckSchedule schedule, RecordType type, String name)
        implements NetworkCheck {
    /** The types of record that can be asked for, with their numbers of RFC 1035, 3596 and 4034. */
    public enum RecordType {
        A(1),
        NS(2),
        CNAME(5),
        SOA(6),
        MX(15),
        TXT(16),
        AAAA(28),
        RRSIG(46),
        DNSKEY(48);

        private final int number;

        RecordType(int number) {
            this.number = number;
        }

        /** The number in a question. */
        public int number() {
            return number;
        }
    }

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name or a label of it is empty or too long
     */
    public DnsCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        requireNonNull(type, "type");
        DnsDialogue.encode(requireNonNull(name, "name"));
    }

    @Override
    public String kind() {
        return "DNS_CHECK";
    }
}
