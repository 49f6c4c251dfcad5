package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/** The configuration of a real server in JSON. */
final class ServerForm {
    static final String ENDPOINT = "endpoint";
    /** What is read only: an object that was read may be sent back. */
    static final String STATUS = "status";

    private static final String WEIGHT = "weight";
    private static final String FORWARDING = "forwarding";
    private static final String TUNNEL = "tunnel";
    private static final String UPPER = "upperThreshold";
    private static final String LOWER = "lowerThreshold";
    private static final List<String> MEMBERS = List.of(ENDPOINT, WEIGHT, FORWARDING, TUNNEL, UPPER, LOWER, STATUS);

    private ServerForm() {}

    /** Writes the members of an object that the caller has begun. */
    static void write(JsonWriter json, RealServer server) throws IOException {
        json.name(ENDPOINT).value(server.endpoint().toString());
        json.name(WEIGHT).value(server.weight());
        json.name(FORWARDING).value(lower(server.forwarding().method()));
        Forwarding.Tunnel tunnel = server.forwarding().tunnel();
        if (tunnel != null) {
            json.name(TUNNEL).beginObject();
            json.name("encapsulation").value(lower(tunnel.encapsulation()));
            json.name("port").value(tunnel.port());
            json.name("checksum").value(lower(tunnel.checksum()));
            json.endObject();
        }
        json.name(UPPER).value(server.upperThreshold());
        json.name(LOWER).value(server.lowerThreshold());
    }

    /**
     * Reads a server.
     *
     * @param endpoint that it must have, or null if the object has to say it
     * @param before whose values hold for members that are missing, or null for the defaults
     * @throws Problem if a value is wrong
     */
    static RealServer read(Fields fields, @Nullable Endpoint endpoint, @Nullable RealServer before) throws Problem {
        fields.requireKnown(MEMBERS);
        Endpoint named = fields.has(ENDPOINT) || endpoint == null ? ServiceIds.server(fields.text(ENDPOINT)) : endpoint;
        if (endpoint != null && !endpoint.equals(named)) {
            throw fields.refused(ENDPOINT, "it is " + endpoint + " in the path, and cannot be changed");
        }
        RealServer.Builder builder = before == null ? RealServer.builder(named) : before.toBuilder();
        if (fields.has(WEIGHT)) {
            builder.weight(fields.number(WEIGHT));
        }
        if (fields.has(FORWARDING) || fields.has(TUNNEL)) {
            builder.forwarding(forwarding(fields, before == null ? Forwarding.masquerade() : before.forwarding()));
        }
        if (fields.has(UPPER)) {
            builder.upperThreshold(fields.number(UPPER));
        }
        if (fields.has(LOWER)) {
            builder.lowerThreshold(fields.number(LOWER));
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static Forwarding forwarding(Fields fields, Forwarding before) throws Problem {
        Forwarding.Method method =
                fields.has(FORWARDING) ? constant(fields, FORWARDING, Forwarding.Method.values()) : before.method();
        if (method != Forwarding.Method.TUNNEL) {
            if (fields.has(TUNNEL) && !fields.isNull(TUNNEL)) {
                throw fields.refused(TUNNEL, "only a server of forwarding 'tunnel' has one");
            }
            return new Forwarding(method, null);
        }
        if (!fields.has(TUNNEL)) {
            return before.method() == method ? before : Forwarding.ipip();
        }
        Fields tunnel = fields.object(TUNNEL);
        tunnel.requireKnown(List.of("encapsulation", "port", "checksum"));
        Forwarding.Tunnel base = before.tunnel();
        try {
            return Forwarding.tunnel(new Forwarding.Tunnel(
                    base == null || tunnel.has("encapsulation")
                            ? constant(tunnel, "encapsulation", Forwarding.Encapsulation.values())
                            : base.encapsulation(),
                    tunnel.has("port") ? tunnel.number("port") : base == null ? 0 : base.port(),
                    tunnel.has("checksum")
                            ? constant(tunnel, "checksum", Forwarding.Checksum.values())
                            : base == null ? Forwarding.Checksum.NONE : base.checksum()));
        } catch (IllegalArgumentException e) {
            throw fields.refused(TUNNEL, String.valueOf(e.getMessage()));
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <T extends Enum<T>> T constant(Fields fields, String member, T[] values) throws Problem {
        String text = fields.text(member);
        StringBuilder expected = new StringBuilder();
        for (T each : values) {
            if (lower(each).equals(text)) {
                return each;
            }
            expected.append(expected.isEmpty() ? "" : ", ").append(lower(each));
        }
        throw fields.refused(member, "'" + text + "' is not one of " + expected);
    }
}
