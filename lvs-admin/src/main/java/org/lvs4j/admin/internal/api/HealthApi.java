package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.VirtualService;

/** The health of services, servers and checks, now and before. */
final class HealthApi {
    private final Supplier<@Nullable HealthMonitorSnapshot> monitor;
    private final EventLog events;

    HealthApi(Supplier<@Nullable HealthMonitorSnapshot> monitor, EventLog events) {
        this.monitor = monitor;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.read(Api.BASE + "/health", this::health),
                Route.read(Api.BASE + "/health/history", this::history));
    }

    private Response health(Request request) throws Problem {
        request.requireParameters(List.of());
        HealthMonitorSnapshot snapshot = monitor.get();
        Ages ages = new Ages(Instant.now(), System.nanoTime());
        return Response.json(Json.text(json -> {
            json.beginObject();
            json.name("monitored").value(snapshot != null);
            json.name("services").beginArray();
            if (snapshot != null) {
                for (ServiceHealth each : snapshot.services()) {
                    write(json, each, ages);
                }
            }
            json.endArray().endObject();
        }));
    }

    private static void write(JsonWriter json, ServiceHealth service, Ages ages) throws IOException {
        json.beginObject();
        json.name("service").value(service.name());
        json.name("ids").beginArray();
        for (VirtualService each : service.service().services()) {
            json.value(ServiceIds.print(each.key()));
        }
        json.endArray();
        json.name("up").value(service.up());
        json.name("since").value(ages.at(service.sinceNanos()).toString());
        json.name("weight").value(service.weight());
        json.name("quorum").value(service.service().quorum().weight());
        json.name("sorryServerInUse").value(service.sorryServerInUse());
        json.name("servers").beginArray();
        for (ServerHealth each : service.servers()) {
            write(json, each, ages);
        }
        json.endArray().endObject();
    }

    private static void write(JsonWriter json, ServerHealth server, Ages ages) throws IOException {
        json.beginObject();
        json.name("server").value(server.server().server().endpoint().toString());
        json.name("up").value(server.up());
        json.name("since").value(ages.at(server.sinceNanos()).toString());
        json.name("weight").value(server.weight());
        json.name("inTable").value(server.inTable());
        json.name("ejected").value(server.ejected());
        json.name("ejectedForSeconds").value(server.ejected() ? ages.secondsUntil(server.ejectedUntilNanos()) : 0);
        json.name("checks").beginArray();
        for (CheckHealth each : server.checks()) {
            json.beginObject();
            json.name("check").value(each.check().kind());
            json.name("up").value(each.up());
            json.name("since").value(ages.at(each.sinceNanos()).toString());
            json.name("probed").value(each.probed());
            json.name("probing").value(each.probing());
            json.name("failures").value(each.failures());
            json.name("reason").value(each.reason());
            json.endObject();
        }
        json.endArray().endObject();
    }

    private Response history(Request request) throws Problem {
        request.requireParameters(List.of("service", "server", "limit"));
        String service = request.parameter("service");
        String server = request.parameter("server");
        List<EventLog.Entry> found = new ArrayList<>();
        for (EventLog.Entry each : events.history()) {
            HealthEvent event = (HealthEvent) each.what();
            if ((service == null || service.equals(event.service()))
                    && (server == null || server.equals(EventLog.server(event)))) {
                found.add(each);
            }
        }
        int limit = request.limit();
        List<EventLog.Entry> newest = found.subList(Math.max(0, found.size() - limit), found.size());
        return Response.json(Json.text(json -> {
            json.beginObject().name("events").beginArray();
            for (int i = newest.size() - 1; i >= 0; i--) {
                EventLog.write(json, newest.get(i));
            }
            json.endArray().endObject();
        }));
    }
}
