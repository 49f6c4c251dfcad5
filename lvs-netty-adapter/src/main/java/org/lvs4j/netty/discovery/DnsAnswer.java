package org.lvs4j.netty.discovery;

import static io.netty.handler.codec.dns.DefaultDnsRecordDecoder.decodeName;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lvs4j.net.IpAddress;

/**
 * The records of an answer, as values. Names are in lower case and end with a dot; times to live are in seconds.
 *
 * @param aliases by the name of the CNAME record
 * @param additional addresses beside the answer
 * @param negativeTtl how long it counts that there is no record; -1 if the answer does not tell
 */
record DnsAnswer(
        List<Address> addresses,
        Map<String, Alias> aliases,
        List<Target> targets,
        List<Address> additional,
        long negativeTtl) {
    record Address(String name, IpAddress address, long ttl) {}

    record Alias(String name, long ttl) {}

    /** An SRV record. */
    record Target(String name, int priority, int weight, int port, String host, long ttl) {}

    /**
     * Reads an answer, which the caller releases.
     *
     * @throws CorruptedFrameException if a record is malformed
     */
    static DnsAnswer of(DnsResponse response) {
        DnsAnswer answer =
                new DnsAnswer(new ArrayList<>(), new HashMap<>(), new ArrayList<>(), new ArrayList<>(), soa(response));
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            answer.add(response.recordAt(DnsSection.ANSWER, i));
        }
        for (int i = 0; i < response.count(DnsSection.ADDITIONAL); i++) {
            DnsRecord found = response.recordAt(DnsSection.ADDITIONAL, i);
            if (isAddress(found)) {
                answer.additional.add(address((DnsRawRecord) found));
            }
        }
        return answer;
    }

    private void add(DnsRecord found) {
        if (!(found instanceof DnsRawRecord raw) || found.dnsClass() != DnsRecord.CLASS_IN) {
            return;
        }
        if (isAddress(found)) {
            addresses.add(address(raw));
            return;
        }
        ByteBuf content = raw.content().duplicate();
        if (found.type().equals(DnsRecordType.CNAME)) {
            aliases.putIfAbsent(lowerCase(found.name()), new Alias(lowerCase(decodeName(content)), found.timeToLive()));
        } else if (found.type().equals(DnsRecordType.SRV)) {
            require(content.readableBytes() > 6, found);
            targets.add(new Target(
                    lowerCase(found.name()),
                    content.readUnsignedShort(),
                    content.readUnsignedShort(),
                    content.readUnsignedShort(),
                    lowerCase(decodeName(content)),
                    found.timeToLive()));
        }
    }

    private static boolean isAddress(DnsRecord found) {
        boolean type = found.type().equals(DnsRecordType.A) || found.type().equals(DnsRecordType.AAAA);
        return type && found instanceof DnsRawRecord && found.dnsClass() == DnsRecord.CLASS_IN;
    }

    private static Address address(DnsRawRecord found) {
        ByteBuf content = found.content();
        int at = content.readerIndex();
        boolean v4 = found.type().equals(DnsRecordType.A);
        require(content.readableBytes() == (v4 ? 4 : 16), found);
        IpAddress address =
                v4 ? IpAddress.v4(content.getInt(at)) : IpAddress.v6(content.getLong(at), content.getLong(at + 8));
        return new Address(lowerCase(found.name()), address, found.timeToLive());
    }

    /** The lesser of the SOA record's own TTL and its last field (RFC 2308, section 5). */
    private static long soa(DnsResponse response) {
        for (int i = 0; i < response.count(DnsSection.AUTHORITY); i++) {
            DnsRecord found = response.recordAt(DnsSection.AUTHORITY, i);
            if (found.type().equals(DnsRecordType.SOA) && found instanceof DnsRawRecord raw) {
                ByteBuf content = raw.content();
                require(content.readableBytes() >= 22, found);
                return Math.min(found.timeToLive(), content.getUnsignedInt(content.writerIndex() - 4));
            }
        }
        return -1;
    }

    private static void require(boolean wellFormed, DnsRecord found) {
        if (!wellFormed) {
            throw new CorruptedFrameException("malformed " + found.type().name() + " record of " + found.name());
        }
    }

    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
