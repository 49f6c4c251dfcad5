package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.Explanation;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;

/** Where the next connection of a client would go, and why. */
final class ExplainApi {
    /** The port of a template that no lookup finds any more. */
    private static final int SET_ASIDE = Endpoint.MAX_PORT;

    private final Director director;

    ExplainApi(Director director) {
        this.director = director;
    }

    Route route() {
        return Route.read(Api.BASE + "/explain", this::explain);
    }

    private Response explain(Request request) throws Problem {
        request.requireParameters(List.of("protocol", "client", "virtual", "mark"));
        Protocol given = TableFilter.protocol(request.parameter("protocol"));
        Protocol protocol = given == null ? Protocol.TCP : given;
        Endpoint client = endpoint(request, "client");
        Endpoint virtual = endpoint(request, "virtual");
        if (client.address().family() != virtual.address().family()) {
            throw Problem.badRequest("client and virtual address are of different families");
        }
        Flow flow = Flow.of(protocol, client, virtual).mark(mark(request.parameter("mark")));
        Explanation explanation = director.explain(flow);
        if (explanation == null) {
            throw Problem.notFound("no service is responsible for " + protocol + " " + virtual);
        }
        TemplateSnapshot template = template(explanation, protocol, client, virtual);
        return Response.json(Json.text(json -> write(json, explanation, template)));
    }

    private static Endpoint endpoint(Request request, String name) throws Problem {
        String text = request.parameter(name);
        if (text == null) {
            throw Problem.badRequest("the parameter '" + name + "' is missing: ADDRESS:PORT");
        }
        TableFilter.Place place = TableFilter.Place.of(name, text);
        if (place == null || place.port() < 0) {
            throw Problem.badRequest(name + " '" + text + "' has no port; expected ADDRESS:PORT");
        }
        return new Endpoint(place.address(), place.port());
    }

    private static int mark(@Nullable String text) throws Problem {
        if (text == null) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw Problem.badRequest("mark '" + text + "' is not a number from 0 to 4294967295");
        }
    }

    /** The template of a client, or null. One of an engine belongs to an identity, which only a payload shows. */
    private @Nullable TemplateSnapshot template(
            Explanation explanation, Protocol protocol, Endpoint client, Endpoint virtual) {
        ServiceSnapshot service = director.service(explanation.service());
        Persistence persistence = service == null ? null : service.service().persistence();
        if (persistence == null || persistence.engine() != null) {
            return null;
        }
        IpAddress network = masked(client.address(), persistence.mask());
        TemplateSnapshot[] found = {null};
        director.forEachTemplate(each -> {
            boolean fits = each.client().address().equals(network)
                    && each.virtual().port() != SET_ASIDE
                    && explanation.candidates().stream()
                            .anyMatch(candidate -> candidate
                                    .server()
                                    .endpoint()
                                    .address()
                                    .equals(each.server().address()))
                    && (each.protocol() == null
                            || each.protocol() == protocol
                                    && each.virtual().address().equals(virtual.address())
                                    && (each.virtual().port() == 0
                                            || each.virtual().port() == virtual.port()));
            if (fits) {
                found[0] = each;
            }
        });
        return found[0];
    }

    private static IpAddress masked(IpAddress address, int mask) {
        if (address.family() == AddressFamily.IPV4) {
            return IpAddress.v4((int) address.low() & mask);
        }
        long high = mask >= Long.SIZE ? -1L : mask == 0 ? 0 : -1L << Long.SIZE - mask;
        long low = mask <= Long.SIZE ? 0 : -1L << 2 * Long.SIZE - mask;
        return IpAddress.v6(address.high() & high, address.low() & low);
    }

    private static void write(JsonWriter json, Explanation explanation, @Nullable TemplateSnapshot template)
            throws IOException {
        RealServer picked = explanation.server();
        json.beginObject();
        json.name("service").value(ServiceIds.print(explanation.service()));
        json.name("scheduler").value(explanation.scheduler());
        json.name("server");
        if (template != null) {
            json.value(template.server().toString());
        } else {
            json.value(picked == null ? null : picked.endpoint().toString());
        }
        json.name("reason").value(template != null ? "template" : picked == null ? "none" : "scheduler");
        json.name("template");
        if (template == null) {
            json.nullValue();
        } else {
            TableApi.write(json, template);
        }
        json.name("candidates").beginArray();
        for (Explanation.Candidate each : explanation.candidates()) {
            json.beginObject();
            json.name("server").value(each.server().endpoint().toString());
            json.name("weight").value(each.weight());
            json.name("active").value(each.active());
            json.name("inactive").value(each.inactive());
            json.name("overloaded").value(each.overloaded());
            boolean isPicked = each.server().equals(picked);
            boolean considered = isPicked || isConsidered(each);
            json.name("considered").value(considered);
            json.name("cost");
            if (considered && Double.isFinite(each.cost())) {
                json.value(each.cost());
            } else {
                json.nullValue();
            }
            json.name("picked").value(isPicked);
            json.endObject();
        }
        json.endArray().endObject();
    }

    /** Costs do not say it: many schedulers have one for a server that they pass over, and some have none at all. */
    private static boolean isConsidered(Explanation.Candidate candidate) {
        return candidate.weight() > 0 && !candidate.overloaded() && !Double.isInfinite(candidate.cost());
    }
}
