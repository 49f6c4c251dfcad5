package org.lvs4j.internal.persistence;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;

/**
 * What a template is found by: the client's network, and what of the virtual side its clients share.
 *
 * @param protocol null for a firewall mark, whose clients are the same across protocols
 * @param virtualLow of a firewall mark, the mark where an IPv4 address has its bits
 * @param identity what an engine knows the client by, or null
 * @param serial zero while the template can be found; unique once it has been set aside
 */
record TemplateKey(
        @Nullable Protocol protocol,
        AddressFamily family,
        long clientHigh,
        long clientLow,
        long virtualHigh,
        long virtualLow,
        int virtualPort,
        @Nullable String identity,
        long serial) {

    /** The port under which a template that must not be found again is listed. */
    private static final int SET_ASIDE_PORT = 65_535;

    private static final int FTP_PORT = 21;

    static TemplateKey of(ServiceKey service, Persistence persistence, Flow flow, @Nullable String identity) {
        boolean v4 = flow.family() == AddressFamily.IPV4;
        int mask = persistence.mask();
        long high = v4 ? 0 : flow.sourceHigh() & prefix(Math.min(mask, 64));
        long low = flow.sourceLow() & (v4 ? mask & 0xFFFF_FFFFL : prefix(Math.max(mask - 64, 0)));
        if (service instanceof ServiceKey.Mark key) {
            long mark = key.mark() & 0xFFFF_FFFFL;
            return new TemplateKey(null, flow.family(), high, low, v4 ? 0 : mark << 32, v4 ? mark : 0, 0, identity, 0);
        }
        return new TemplateKey(
                flow.protocol(),
                flow.family(),
                high,
                low,
                flow.destinationHigh(),
                flow.destinationLow(),
                servesOnePort(service, flow) ? flow.destinationPort() : 0,
                identity,
                0);
    }

    /** Whether templates of this service hold for one port only, as opposed to every port of the address. */
    static boolean servesOnePort(ServiceKey service, Flow flow) {
        return service instanceof ServiceKey.Address address
                && address.endpoint().port() == flow.destinationPort()
                && flow.destinationPort() != FTP_PORT;
    }

    TemplateKey setAside(long newSerial) {
        return new TemplateKey(
                protocol, family, clientHigh, clientLow, virtualHigh, virtualLow, SET_ASIDE_PORT, identity, newSerial);
    }

    Endpoint client() {
        return new Endpoint(IpAddress.of(family, clientHigh, clientLow), 0);
    }

    Endpoint virtual() {
        return new Endpoint(IpAddress.of(family, virtualHigh, virtualLow), virtualPort);
    }

    private static long prefix(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
