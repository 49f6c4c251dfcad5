package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.LimitCounters;
import org.lvs4j.LimitUsage;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.admin.AdminControl;
import org.lvs4j.admin.internal.http.AccessPolicy;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.admin.internal.http.Routes;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.Sysctl;

/** All operations of the endpoint of a director. */
public final class Api {
    static final String BASE = "/api/v1";

    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Director director;
    private final Supplier<@Nullable String> readiness;
    private final UnaryOperator<String> metrics;
    private final EventLog events;
    private final Changes changes;
    private final HealthApi health;
    private final OverviewApi overview;
    private final Dashboard dashboard = Dashboard.read();

    /**
     * The operations.
     *
     * @param readiness tells why the process shall get no clients, or null if it shall
     * @param metrics makes the page of metrics for a content type
     * @param changing what a change needs
     */
    public Api(
            Director director,
            AdminControl control,
            Supplier<@Nullable String> readiness,
            UnaryOperator<String> metrics,
            Supplier<@Nullable HealthMonitorSnapshot> monitor,
            EventLog events,
            AccessPolicy.Changing changing) {
        this.director = director;
        this.readiness = readiness;
        this.metrics = metrics;
        this.events = events;
        changes = new Changes(control);
        health = new HealthApi(monitor, events);
        overview = new OverviewApi(director, control, readiness, monitor, changing, events.process());
    }

    /** All of them. */
    public Routes routes() {
        List<Route> all = new ArrayList<>();
        all.add(Route.open("GET", "/healthz", request -> Response.ok(TEXT, "ok\n")));
        all.add(Route.open("GET", "/readyz", this::ready));
        all.add(Route.read("/metrics", this::page));
        String openApi = Resources.text("openapi.json");
        all.add(Route.open("GET", "/openapi.json", request -> Response.json(openApi)));
        all.add(overview.route());
        all.add(Route.read(BASE + "/director", this::describe));
        all.addAll(new ServiceApi(director, changes).routes());
        TableApi tables = new TableApi(director);
        all.addAll(tables.routes());
        all.add(new ExplainApi(director).route());
        all.addAll(health.routes());
        all.add(Route.quick(BASE + "/events", this::stream));
        all.add(Route.change("POST", BASE + "/reload", this::reload));
        all.add(dashboard.files());
        all.add(dashboard.index(Response.ok(TEXT, index(all))));
        return new Routes(all);
    }

    private static String index(List<Route> routes) {
        StringBuilder text = new StringBuilder(1024);
        text.append("The admin endpoint of a load balancer. /openapi.json describes it.\n\n");
        for (Route each : routes) {
            text.append(String.format(Locale.ROOT, "%-7s%s%n", each.method(), each.template()));
        }
        return text.toString();
    }

    private Response ready(Request request) {
        String reason = readiness.get();
        return reason == null
                ? Response.ok(TEXT, "ready\n")
                : Response.ok(TEXT, "not ready: " + reason + "\n").withStatus(HttpResponseStatus.SERVICE_UNAVAILABLE);
    }

    private Response page(Request request) {
        String type = request.accept().toLowerCase(Locale.ROOT).contains("application/openmetrics-text")
                ? OPEN_METRICS
                : PLAIN;
        return Response.ok(type, metrics.apply(type));
    }

    private Response describe(Request request) throws Problem {
        request.requireParameters(List.of());
        return Response.json(Json.text(this::describe));
    }

    private void describe(JsonWriter json) throws IOException {
        json.beginObject();
        json.name("schedulers").beginArray();
        for (String each : director.schedulers()) {
            json.value(each);
        }
        json.endArray();
        json.name("persistenceEngines").beginArray();
        for (String each : director.persistenceEngines()) {
            json.value(each);
        }
        json.endArray();
        TimeoutSettings timeouts = director.timeouts();
        json.name("timeoutSeconds").beginObject();
        json.name("tcp").value(timeouts.tcp());
        json.name("tcpFin").value(timeouts.tcpFin());
        json.name("udp").value(timeouts.udp());
        json.endObject();
        json.name("sysctls").beginObject();
        for (Sysctl each : Sysctl.values()) {
            json.name(each.key()).value(director.sysctl(each));
        }
        json.endObject();
        LimitUsage usage = director.limitUsage();
        LimitCounters counters = director.limits();
        json.name("limits").beginObject();
        json.name("connections").value(usage.connections());
        json.name("maxConnections").value(usage.maxConnections());
        json.name("connectionsRefused").value(counters.connectionsRefused());
        json.name("lingeringCut").value(counters.lingeringCut());
        json.name("templates").value(usage.templates());
        json.name("maxTemplates").value(usage.maxTemplates());
        json.name("templatesEvicted").value(counters.templatesEvicted());
        json.name("packetsDropped").value(counters.packetsDropped());
        json.name("entriesDropped").value(counters.entriesDropped());
        json.endObject();
        Status.traffic(json, director.traffic(), director.rates());
        json.endObject();
    }

    private Response stream(Request request) throws Problem {
        request.requireParameters(List.of());
        return Response.stream(events, request.headers().get("Last-Event-ID", ""));
    }

    private Response reload(Request request) throws Problem {
        request.requireParameters(List.of());
        List<String> lines = changes.reload(request);
        return Response.json(Json.text(json -> {
            json.beginObject().name("changes").beginArray();
            for (String each : lines) {
                json.value(each);
            }
            json.endArray().endObject();
        }));
    }
}
