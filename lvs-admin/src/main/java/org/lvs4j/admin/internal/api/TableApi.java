package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** Connections and templates, page by page. */
final class TableApi {
    private static final Comparator<ConnectionSnapshot> CONNECTIONS = Comparator.comparing(ConnectionSnapshot::client)
            .thenComparing(ConnectionSnapshot::virtual)
            .thenComparing(ConnectionSnapshot::protocol)
            .thenComparing(ConnectionSnapshot::server);
    private static final Comparator<TemplateSnapshot> TEMPLATES = Comparator.comparing(TemplateSnapshot::client)
            .thenComparing(TemplateSnapshot::virtual)
            .thenComparing(TemplateSnapshot::protocol, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(TemplateSnapshot::server)
            .thenComparing(TemplateSnapshot::identity, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final Director director;

    TableApi(Director director) {
        this.director = director;
    }

    List<Route> routes() {
        return List.of(
                Route.read(Api.BASE + "/connections", this::connections),
                Route.read(Api.BASE + "/templates", this::templates));
    }

    private Response connections(Request request) throws Problem {
        request.requireParameters(List.of("client", "virtual", "server", "protocol", "state", "after", "limit"));
        TableFilter filter = TableFilter.of(request);
        String state = state(request.parameter("state"));
        Page<ConnectionSnapshot> page =
                new Page<>(CONNECTIONS, connection(request.parameter("after")), request.limit());
        director.forEachConnection(each -> {
            if (filter.matches(each.protocol(), each.client(), each.virtual(), each.server())
                    && (state == null || state.equals(each.state().label()))) {
                page.accept(each);
            }
        });
        return Response.json(Json.text(json -> {
            json.beginObject().name("connections").beginArray();
            for (ConnectionSnapshot each : page.items()) {
                write(json, each);
            }
            json.endArray();
            ConnectionSnapshot next = page.next();
            json.name("next").value(next == null ? null : print(next));
            json.endObject();
        }));
    }

    private static void write(JsonWriter json, ConnectionSnapshot connection) throws IOException {
        json.beginObject();
        json.name("protocol").value(lower(connection.protocol()));
        json.name("state").value(connection.state().label());
        json.name("client").value(connection.client().toString());
        json.name("virtual").value(connection.virtual().toString());
        json.name("server").value(connection.server().toString());
        json.name("expiresInSeconds").value(TimeUnit.NANOSECONDS.toSeconds(connection.expiresInNanos()));
        json.endObject();
    }

    private static String lower(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    /** The label of a state, which states of TCP and of SCTP may share. */
    private static @Nullable String state(@Nullable String text) throws Problem {
        if (text == null) {
            return null;
        }
        for (ConnectionState each : ConnectionState.values()) {
            if (each.label().equalsIgnoreCase(text)) {
                return each.label();
            }
        }
        throw Problem.badRequest(
                "state '" + text + "' is not one that the list of connections shows, such as ESTABLISHED");
    }

    /** The place of a connection in the order. */
    private static String print(ConnectionSnapshot connection) {
        return lower(connection.protocol()) + "," + connection.client() + "," + connection.virtual() + ","
                + connection.server();
    }

    private static @Nullable ConnectionSnapshot connection(@Nullable String place) throws Problem {
        if (place == null) {
            return null;
        }
        String[] parts = place.split(",", -1);
        if (parts.length != 4) {
            throw unknown(place);
        }
        try {
            return new ConnectionSnapshot(
                    Protocol.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                    ConnectionState.NONE,
                    0,
                    Endpoint.parse(parts[1]),
                    Endpoint.parse(parts[2]),
                    Endpoint.parse(parts[3]));
        } catch (IllegalArgumentException e) {
            throw unknown(place);
        }
    }

    private static Problem unknown(String place) {
        return Problem.badRequest("after '" + place + "' is not the 'next' of a page");
    }

    private Response templates(Request request) throws Problem {
        request.requireParameters(List.of("client", "virtual", "server", "protocol", "after", "limit"));
        TableFilter filter = TableFilter.of(request);
        Page<TemplateSnapshot> page = new Page<>(TEMPLATES, template(request.parameter("after")), request.limit());
        director.forEachTemplate(each -> {
            if (filter.matches(each.protocol(), each.client(), each.virtual(), each.server())) {
                page.accept(each);
            }
        });
        return Response.json(Json.text(json -> {
            json.beginObject().name("templates").beginArray();
            for (TemplateSnapshot each : page.items()) {
                write(json, each);
            }
            json.endArray();
            TemplateSnapshot next = page.next();
            json.name("next").value(next == null ? null : print(next));
            json.endObject();
        }));
    }

    static void write(JsonWriter json, TemplateSnapshot template) throws IOException {
        Protocol protocol = template.protocol();
        json.beginObject();
        json.name("protocol").value(protocol == null ? null : lower(protocol));
        json.name("client").value(template.client().toString());
        json.name("virtual").value(template.virtual().toString());
        json.name("server").value(template.server().toString());
        json.name("assured").value(template.confirmed());
        json.name("engine").value(template.engine());
        json.name("identity").value(template.identity());
        json.name("expiresInSeconds").value(TimeUnit.NANOSECONDS.toSeconds(template.expiresInNanos()));
        json.endObject();
    }

    private static String print(TemplateSnapshot template) {
        Protocol protocol = template.protocol();
        return (protocol == null ? "" : lower(protocol)) + "," + template.client() + "," + template.virtual() + ","
                + template.server() + (template.identity() == null ? "" : "," + template.identity());
    }

    private static @Nullable TemplateSnapshot template(@Nullable String place) throws Problem {
        if (place == null) {
            return null;
        }
        String[] parts = place.split(",", 5);
        if (parts.length < 4) {
            throw unknown(place);
        }
        try {
            return new TemplateSnapshot(
                    parts[0].isEmpty() ? null : Protocol.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                    false,
                    0,
                    Endpoint.parse(parts[1]),
                    Endpoint.parse(parts[2]),
                    Endpoint.parse(parts[3]),
                    null,
                    parts.length == 5 ? parts[4] : null);
        } catch (IllegalArgumentException e) {
            throw unknown(place);
        }
    }
}
