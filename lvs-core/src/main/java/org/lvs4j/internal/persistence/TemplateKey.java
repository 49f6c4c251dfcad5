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
 * The key of a template: the client's network, and the part of the virtual service that shares the template. Immutable.
 *
 * @param protocol null for a firewall mark, which spans protocols, and for a named service
 * @param clientHigh upper word of the client's network address
 * @param clientLow lower word of the client's network address
 * @param virtualHigh upper word of the virtual address; for an IPv6 firewall mark the mark in its upper 32 bits
 * @param virtualLow lower word of the virtual address; for an IPv4 firewall mark the mark
 * @param virtualPort 0 if the template is for every port of the address
 * @param identity the identity that a persistence engine read, or null
 * @param name the name of a named service, or null
 * @param serial 0 while lookups find the template; unique for each template that has been set aside
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
        @Nullable String name,
        long serial) {

    /** The port of a template that has been set aside, as IPVS lists it. */
    private static final int SET_ASIDE_PORT = 65_535;

    private static final int FTP_PORT = 21;

    static TemplateKey of(ServiceKey service, Persistence persistence, Flow flow, @Nullable String identity) {
        boolean v4 = flow.family() == AddressFamily.IPV4;
        int mask = persistence.mask();
        long high = v4 ? 0 : flow.sourceHigh() & prefix(Math.min(mask, 64));
        long low = flow.sourceLow() & (v4 ? mask & 0xFFFF_FFFFL : prefix(Math.max(mask - 64, 0)));
        if (service instanceof ServiceKey.Mark key) {
            long mark = key.mark() & 0xFFFF_FFFFL;
            return new TemplateKey(
                    null, flow.family(), high, low, v4 ? 0 : mark << 32, v4 ? mark : 0, 0, identity, null, 0);
        } else if (service instanceof ServiceKey.Named key) {
            return new TemplateKey(null, flow.family(), high, low, 0, 0, 0, identity, key.name(), 0);
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
                null,
                0);
    }

    /**
     * The key of a template that was saved.
     *
     * @param onePort whether it is for the port of the service, rather than for every port of the address
     */
    static TemplateKey of(
            ServiceKey service, long clientHigh, long clientLow, boolean onePort, @Nullable String identity) {
        AddressFamily family = service.family();
        if (service instanceof ServiceKey.Address key) {
            Endpoint virtual = key.endpoint();
            return new TemplateKey(
                    key.protocol(),
                    family,
                    clientHigh,
                    clientLow,
                    virtual.address().high(),
                    virtual.address().low(),
                    onePort ? virtual.port() : 0,
                    identity,
                    null,
                    0);
        } else if (service instanceof ServiceKey.Named key) {
            return new TemplateKey(null, family, clientHigh, clientLow, 0, 0, 0, identity, key.name(), 0);
        }
        boolean v4 = family == AddressFamily.IPV4;
        long mark = ((ServiceKey.Mark) service).mark() & 0xFFFF_FFFFL;
        return new TemplateKey(
                null, family, clientHigh, clientLow, v4 ? 0 : mark << 32, v4 ? mark : 0, 0, identity, null, 0);
    }

    /** Whether templates of this service are for one port, rather than for every port of the address. */
    static boolean servesOnePort(ServiceKey service, Flow flow) {
        return service instanceof ServiceKey.Address address
                && address.endpoint().port() == flow.destinationPort()
                && flow.destinationPort() != FTP_PORT;
    }

    /** The key under which no lookup finds the template. */
    TemplateKey setAside(long newSerial) {
        return new TemplateKey(
                protocol,
                family,
                clientHigh,
                clientLow,
                virtualHigh,
                virtualLow,
                SET_ASIDE_PORT,
                identity,
                name,
                newSerial);
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
