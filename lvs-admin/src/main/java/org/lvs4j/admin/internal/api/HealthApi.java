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
import org.lvs4j.service.ServiceKey;
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
        request.requireParameters(List.of("service", "server"));
        String service = request.parameter("service");
        String server = request.parameter("server");
        HealthMonitorSnapshot snapshot = monitor.get();
        Ages ages = new Ages(Instant.now(), System.nanoTime());
        return Response.json(Json.text(json -> {
            json.beginObject();
            json.name("monitored").value(snapshot != null);
            json.name("services").beginArray();
            if (snapshot != null) {
                for (ServiceHealth each : snapshot.services()) {
                    if (service == null || isCalled(each.name(), ids(each), service)) {
                        write(json, each, server, ages);
                    }
                }
            }
            json.endArray().endObject();
        }));
    }

    private static List<String> ids(ServiceHealth service) {
        return ids(
                service.service().services().stream().map(VirtualService::key).toList());
    }

    private static List<String> ids(List<ServiceKey> keys) {
        return keys.stream().map(ServiceIds::print).toList();
    }

    /** Whether a service is meant by a word: its name, or one of its ids. */
    private static boolean isCalled(String name, List<String> ids, String word) {
        return name.equals(word) || ids.contains(word);
    }

    private static void write(JsonWriter json, ServiceHealth service, @Nullable String server, Ages ages)
            throws IOException {
        json.beginObject();
        json.name("service").value(service.name());
        json.name("ids").beginArray();
        for (String each : ids(service)) {
            json.value(each);
        }
        json.endArray();
        json.name("up").value(service.up());
        json.name("since").value(ages.at(service.sinceNanos()).toString());
        json.name("weight").value(service.weight());
        json.name("quorum").value(service.service().quorum().weight());
        json.name("sorryServerInUse").value(service.sorryServerInUse());
        json.name("servers").beginArray();
        for (ServerHealth each : service.servers()) {
            if (server == null || server.equals(endpoint(each))) {
                write(json, each, ages);
            }
        }
        json.endArray().endObject();
    }

    private static String endpoint(ServerHealth server) {
        return server.server().server().endpoint().toString();
    }

    private static void write(JsonWriter json, ServerHealth server, Ages ages) throws IOException {
        json.beginObject();
        json.name("server").value(endpoint(server));
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
            if ((service == null || isCalled(event.service(), ids(event.keys()), service))
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
