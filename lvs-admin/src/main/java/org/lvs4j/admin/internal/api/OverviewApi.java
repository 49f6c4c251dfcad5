package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.LimitUsage;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.admin.AdminControl;
import org.lvs4j.admin.internal.http.AccessPolicy;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.SorryServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Traffic;

/**
 * Everything at a glance, for a page that asks every second: all services and servers with their counters and their health,
 * in one answer. Members that are false or absent are left out, and nothing is computed but what is written.
 */
final class OverviewApi {
    private final Director director;
    private final AdminControl control;
    private final Supplier<@Nullable String> readiness;
    private final Supplier<@Nullable HealthMonitorSnapshot> monitor;
    private final AccessPolicy.Changing changing;
    private final String instance;
    private final ThisProcess process = ThisProcess.now();

    /**
     * The operation.
     *
     * @param instance a word that no other endpoint has, of this process or of one before it
     */
    OverviewApi(
            Director director,
            AdminControl control,
            Supplier<@Nullable String> readiness,
            Supplier<@Nullable HealthMonitorSnapshot> monitor,
            AccessPolicy.Changing changing,
            String instance) {
        this.director = director;
        this.control = control;
        this.readiness = readiness;
        this.monitor = monitor;
        this.changing = changing;
        this.instance = instance;
    }

    Route route() {
        return Route.read(Api.BASE + "/overview", this::overview);
    }

    private Response overview(Request request) throws Problem {
        request.requireParameters(List.of());
        return Response.json(Json.text(this::write));
    }

    private void write(JsonWriter json) throws IOException {
        HealthMonitorSnapshot health = monitor.get();
        String reason = readiness.get();
        LimitUsage usage = director.limitUsage();
        long nanos = System.nanoTime();
        Instant now = Instant.now();
        List<ServiceSnapshot> services = director.services();
        json.beginObject();
        json.name("time").value(now.truncatedTo(ChronoUnit.MILLIS).toString());
        json.name("monotonicMillis").value(process.monotonicMillis(nanos));
        json.name("instance").value(instance);
        json.name("host").value(process.host());
        json.name("uptimeSeconds").value(process.uptimeSeconds(nanos));
        json.name("ready").value(reason == null);
        if (reason != null) {
            json.name("reason").value(reason);
        }
        json.name("changes").value(changing.name().toLowerCase(Locale.ROOT));
        json.name("reloads").value(control.canReload());
        json.name("monitored").value(health != null);
        json.name("connections").value(usage.connections());
        json.name("templates").value(usage.templates());
        Status.traffic(json, director.traffic(), director.rates());
        Map<ServiceKey, ServiceHealth> known = byKey(health);
        Ages ages = new Ages(now, nanos);
        CompactJson compact = new CompactJson().beginArray();
        for (ServiceSnapshot each : services) {
            write(compact, each, known.get(each.service().key()), ages);
        }
        json.name("services").jsonValue(compact.endArray().toString());
        json.endObject();
    }

    private static Map<ServiceKey, ServiceHealth> byKey(@Nullable HealthMonitorSnapshot health) {
        Map<ServiceKey, ServiceHealth> known = new HashMap<>();
        if (health != null) {
            for (ServiceHealth each : health.services()) {
                for (VirtualService service : each.service().services()) {
                    known.put(service.key(), each);
                }
            }
        }
        return known;
    }

    private static void write(CompactJson json, ServiceSnapshot snapshot, @Nullable ServiceHealth health, Ages ages) {
        VirtualService service = snapshot.service();
        json.beginObject();
        json.put("id", ServiceIds.print(service.key()));
        json.put("scheduler", service.scheduler());
        Persistence persistence = service.persistence();
        if (persistence != null) {
            json.put("persistenceSeconds", persistence.timeoutSeconds());
        }
        json.flag("onePacket", service.onePacket());
        if (health != null) {
            json.put("up", health.up());
            json.put("quorum", health.service().quorum().weight());
        }
        counters(json, snapshot.traffic());
        json.name("servers").beginArray();
        Map<Endpoint, ServerHealth> absent = byEndpoint(service.key(), health);
        Endpoint sorry = sorry(service.key(), health);
        List<ServerSnapshot> servers = snapshot.servers();
        for (int i = servers.size() - 1; i >= 0; i--) {
            ServerSnapshot each = servers.get(i);
            Endpoint endpoint = each.server().endpoint();
            ServerHealth known = absent.remove(endpoint);
            write(json, each);
            if (known != null) {
                write(json, known, ages);
            } else {
                json.flag("sorry", endpoint.equals(sorry));
            }
            json.endObject();
        }
        for (Map.Entry<Endpoint, ServerHealth> each : absent.entrySet()) {
            json.beginObject();
            json.put("server", each.getKey().toString());
            json.put("weight", each.getValue().weight());
            forwarding(json, each.getValue().server().server());
            write(json, each.getValue(), ages);
            json.put("absent", true);
            json.endObject();
        }
        json.endArray().endObject();
    }

    /** What the monitor knows of servers, by their endpoints in the table. */
    private static Map<Endpoint, ServerHealth> byEndpoint(ServiceKey key, @Nullable ServiceHealth health) {
        Map<Endpoint, ServerHealth> known = new LinkedHashMap<>();
        if (health != null) {
            for (ServerHealth each : health.servers()) {
                known.put(MonitoredService.serverOf(key, each.server().server()).endpoint(), each);
            }
        }
        return known;
    }

    private static @Nullable Endpoint sorry(ServiceKey key, @Nullable ServiceHealth health) {
        SorryServer sorry = health == null ? null : health.service().sorryServer();
        return sorry == null
                ? null
                : MonitoredService.serverOf(key, sorry.server()).endpoint();
    }

    /** Begins the object of a server that is in the table. */
    private static void write(CompactJson json, ServerSnapshot snapshot) {
        RealServer server = snapshot.server();
        json.beginObject();
        json.put("server", server.endpoint().toString());
        json.put("weight", server.weight());
        json.put("active", snapshot.active());
        json.put("inactive", snapshot.inactive());
        counters(json, snapshot.traffic());
        forwarding(json, server);
        if (server.upperThreshold() != 0) {
            json.put("upperThreshold", server.upperThreshold());
        }
        json.flag("overloaded", snapshot.overloaded());
        json.flag("draining", snapshot.draining());
    }

    private static void forwarding(CompactJson json, RealServer server) {
        Forwarding.Method method = server.forwarding().method();
        if (method != Forwarding.Method.MASQUERADE) {
            json.put("forwarding", method.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void write(CompactJson json, ServerHealth health, Ages ages) {
        json.put("up", health.up());
        json.put(
                "since",
                ages.at(health.sinceNanos()).truncatedTo(ChronoUnit.SECONDS).toString());
        String reason = health.up() ? "" : reason(health);
        if (!reason.isEmpty()) {
            json.put("reason", reason);
        }
        json.flag("ejected", health.ejected());
    }

    /** Why a server is down: as the first of its checks says that is down. */
    private static String reason(ServerHealth health) {
        for (CheckHealth each : health.checks()) {
            if (!each.up() && !each.reason().isEmpty()) {
                return each.reason();
            }
        }
        return health.ejected() ? "connections of clients have failed" : "";
    }

    private static void counters(CompactJson json, Traffic traffic) {
        json.putUnsigned("connections", traffic.connections());
        json.putUnsigned("inBytes", traffic.inBytes());
        json.putUnsigned("outBytes", traffic.outBytes());
        json.putUnsigned("inPackets", traffic.inPackets());
        json.putUnsigned("outPackets", traffic.outPackets());
    }
}
