package org.lvs4j.config;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Reads a virtual service from the options of a command line. */
final class ServiceOptions {
    private static final String BAD_ADDRESS = "illegal virtual server address[:port] specified";
    private static final long MAX_MARK = 0xFFFF_FFFFL;

    private ServiceOptions() {}

    /** The key that {@code -t}, {@code -u}, {@code --sctp-service}, or {@code -f} with {@code -6} names. */
    static ServiceKey key(Arguments arguments) throws RuleException {
        Token mark = arguments.value(Option.MARK_SERVICE);
        Token ipv6 = arguments.option(Option.IPV6);
        if (mark != null) {
            Token option = arguments.option(Option.MARK_SERVICE);
            if (ipv6 != null && option != null && ipv6.column() < option.column()) {
                throw ipv6.misused("-6 used before -f not allowed", "-6 after -f MARK");
            }
            int number = (int) Values.number(
                    mark, 1, MAX_MARK, "invalid fwmark value `" + RuleException.printable(mark.text()) + "' specified");
            return ServiceKey.mark(number, ipv6 == null ? AddressFamily.IPV4 : AddressFamily.IPV6);
        }
        if (ipv6 != null) {
            throw ipv6WithoutMark(ipv6);
        }
        Token tcp = arguments.value(Option.TCP_SERVICE);
        Token udp = arguments.value(Option.UDP_SERVICE);
        if (tcp != null) {
            return address(Protocol.TCP, tcp);
        }
        return udp != null
                ? address(Protocol.UDP, udp)
                : address(Protocol.SCTP, arguments.valueOrStart(Option.SCTP_SERVICE));
    }

    static RuleException ipv6WithoutMark(Token ipv6) {
        return ipv6.misused("-6 used before -f not allowed", "-6 with -f MARK only");
    }

    private static ServiceKey address(Protocol protocol, Token token) throws RuleException {
        return ServiceKey.of(protocol, Values.host(token, protocol, BAD_ADDRESS).endpoint(0));
    }

    /** The whole service of {@code -A} and {@code -E}. */
    static VirtualService service(Arguments arguments) throws RuleException {
        ServiceKey key = key(arguments);
        VirtualService.Builder builder = VirtualService.builder(key);
        Token scheduler = arguments.value(Option.SCHEDULER);
        String name = VirtualService.DEFAULT_SCHEDULER;
        if (scheduler != null && !scheduler.text().isEmpty()) {
            name = Values.name(scheduler, "illegal scheduler specified");
        }
        builder.scheduler(name);
        Persistence persistence = persistence(arguments, key.family());
        builder.persistence(persistence);
        Token onePacket = arguments.option(Option.ONE_PACKET);
        if (key instanceof ServiceKey.Address address) {
            if (onePacket != null && address.protocol() != Protocol.UDP) {
                throw onePacket.misused(
                        "One-Packet Scheduling is only for UDP virtual services", "-o with -u or -f only");
            }
            if (address.endpoint().port() == 0 && persistence == null) {
                Token service = serviceToken(arguments);
                throw service.misused(
                        "Zero port specified for non-persistent service",
                        address.endpoint().address().isV4() || service.text().startsWith("[")
                                ? "a port within 1..65535, or -p beside port 0"
                                : "brackets such as [fd00::1]:80 and a port within 1..65535, or -p beside port 0");
            }
        }
        builder.onePacket(onePacket != null);
        Token flags = arguments.value(Option.SCHEDULER_FLAGS);
        if (flags != null) {
            flags(flags, name, builder);
        }
        return builder.build();
    }

    /** The word that names the service, or the first word of the line. */
    static Token serviceToken(Arguments arguments) {
        Option given = arguments.first(Option.SERVICE);
        return given == null ? arguments.start() : arguments.valueOrStart(given);
    }

    private static @Nullable Persistence persistence(Arguments arguments, AddressFamily family) throws RuleException {
        int mask = Persistence.fullMask(family);
        Token netmask = arguments.value(Option.NETMASK);
        if (netmask != null) {
            // Without -p a mask has no effect; ipvsadm and the kernel accept it nevertheless.
            mask = mask(netmask, family);
        }
        Token engine = arguments.value(Option.ENGINE);
        String engineName = engine == null || engine.text().isEmpty()
                ? null
                : Values.name(engine, "illegal persistence engine specified");
        if (!arguments.has(Option.PERSISTENT)) {
            if (engine != null && engineName != null) {
                throw engine.misused("persistence engine of a non-persistent service", "-p beside --pe");
            }
            return null;
        }
        Token timeout = arguments.value(Option.PERSISTENT);
        int seconds = Persistence.DEFAULT_TIMEOUT_SECONDS;
        if (timeout != null) {
            seconds = (int) Values.number(
                    timeout,
                    1,
                    Persistence.MAX_TIMEOUT_SECONDS,
                    "invalid timeout value `" + RuleException.printable(timeout.text()) + "' specified");
        }
        return new Persistence(seconds, mask, engineName);
    }

    private static int mask(Token netmask, AddressFamily family) throws RuleException {
        if (family == AddressFamily.IPV6) {
            return (int) Values.number(netmask, 1, Persistence.FULL_MASK_V6, "illegal ipv6 netmask specified");
        }
        IpAddress address = Values.address(netmask.text());
        if (address == null || !address.isV4()) {
            throw netmask.misused(
                    "illegal virtual server persistent mask specified", "a netmask such as 255.255.255.0");
        }
        return (int) address.low();
    }

    private static void flags(Token list, String scheduler, VirtualService.Builder builder) throws RuleException {
        String text = list.text();
        int start = 0;
        while (start <= text.length()) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            if (start < end) {
                builder.flag(flag(list.between(start, end), scheduler));
            }
            start = end + 1;
        }
    }

    private static SchedulerFlag flag(Token token, String scheduler) throws RuleException {
        String name = token.text();
        SchedulerFlag flag = SchedulerFlags.parse(name);
        if (flag == null) {
            throw token.misused("invalid scheduler flag `" + RuleException.printable(name) + "'", SchedulerFlags.NAMES);
        }
        String owner = SchedulerFlags.owner(name);
        if (owner != null && !owner.equals(scheduler)) {
            throw token.misused(
                    "incompatible scheduler flag `" + name + "'",
                    "the scheduler " + owner + " beside it, not " + scheduler);
        }
        return flag;
    }
}
