package org.lvs4j.config.keepalived;

import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Checksum;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Forwarding.Tunnel;

/** Reads a forwarding method: {@code NAT}, {@code DR}, {@code TUN type gue port 6080 csum}. */
final class Method {
    private static final String EXPECTED = "NAT, DR, or TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]";

    private Method() {}

    static Forwarding read(Statement statement, Context context) throws KeepalivedException {
        Word name = statement.value(EXPECTED);
        Forwarding forwarding = switch (name.text()) {
            case "NAT" -> Forwarding.masquerade();
            case "DR" -> Forwarding.direct();
            case "TUN" -> Forwarding.ipip();
            default -> throw name.error("unknown forwarding method", EXPECTED + ", in capital letters");
        };
        if (forwarding.tunnel() != null) {
            return tunnel(statement, context);
        }
        if (statement.size() > 1) {
            context.problems().warning(statement.value(1).place(), "words behind the forwarding method are ignored");
        }
        return forwarding;
    }

    /** A tunnel. One that cannot be read is an error and remains a tunnel, for what else is said about the servers. */
    private static Forwarding tunnel(Statement statement, Context context) {
        try {
            return readTunnel(statement, context);
        } catch (KeepalivedException e) {
            context.problems().error(e);
        } catch (IllegalArgumentException e) {
            context.problems().error(statement.value(0).error(String.valueOf(e.getMessage()) + ", at", EXPECTED));
        }
        return Forwarding.ipip();
    }

    private static Forwarding readTunnel(Statement statement, Context context) throws KeepalivedException {
        Encapsulation encapsulation = Encapsulation.IPIP;
        Checksum checksum = Checksum.NONE;
        int port = 0;
        int i = 1;
        while (i < statement.size()) {
            Word word = statement.value(i++);
            switch (word.text()) {
                case "type" -> encapsulation = encapsulation(statement.required(i++, "ipip, gue or gre"));
                case "port" ->
                    port = (int) Values.number(statement.required(i++, "a port"), 1, Endpoint.MAX_PORT, context);
                case "nocsum" -> checksum = Checksum.NONE;
                case "csum" -> checksum = Checksum.FULL;
                case "remcsum" -> checksum = Checksum.REMOTE;
                default -> throw word.error("unknown word of a tunnel", EXPECTED);
            }
        }
        return Forwarding.tunnel(new Tunnel(encapsulation, port, checksum));
    }

    private static Encapsulation encapsulation(Word word) throws KeepalivedException {
        return switch (word.text()) {
            case "ipip" -> Encapsulation.IPIP;
            case "gue" -> Encapsulation.GUE;
            case "gre" -> Encapsulation.GRE;
            default -> throw word.error("unknown kind of tunnel", "ipip, gue or gre");
        };
    }
}
