package org.lvs4j.examples.standalone.json;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.health.CheckHealth;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.service.VirtualService;

/**
 * Everything about a daemon that {@code lvsadm top} shows, as one line of JSON. Not for other programs: {@link JsonListing} and
 * the admin endpoint are. Stateless.
 */
public final class DaemonSnapshot {
    private DaemonSnapshot() {}

    /**
     * Prints the snapshot.
     *
     * @param version of the daemon
     * @param startNanos when it has started, by {@link System#nanoTime}
     * @param health of its services, or null if no server is checked
     */
    public static void print(
            Director director,
            @Nullable HealthMonitorSnapshot health,
            String version,
            long startNanos,
            Appendable output)
            throws IOException {
        long now = System.nanoTime();
        JsonListing.print(output, json -> {
            json.name("version").value(version);
            json.name("process").value(ProcessHandle.current().pid());
            json.name("uptimeMillis").value(TimeUnit.NANOSECONDS.toMillis(now - startNanos));
            ServiceJson.write(json, director.traffic(), director.rates());
            try {
                JsonListing.services(json, Listing.listed(director, RuleCommand.ListServices.DEFAULT));
            } catch (RuleException e) {
                throw new IllegalStateException("a listing of all services names none", e);
            }
            json.name("drains").beginArray();
            for (Drain drain : director.drains()) {
                json.beginObject();
                json.name("service").value(ServiceJson.id(drain.service()));
                json.name("server").value(drain.server().toString());
                json.name("phase").value(ServiceJson.lower(drain.phase()));
                json.endObject();
            }
            json.endArray();
            json.name("health").beginArray();
            if (health != null) {
                for (ServiceHealth service : health.services()) {
                    for (VirtualService each : service.service().services()) {
                        write(json, each, service, now);
                    }
                }
            }
            json.endArray();
        });
    }

    private static void write(JsonWriter json, VirtualService service, ServiceHealth health, long now)
            throws IOException {
        json.beginObject();
        json.name("service").value(ServiceJson.id(service.key()));
        json.name("servers").beginArray();
        for (ServerHealth each : health.servers()) {
            json.beginObject();
            json.name("server")
                    .value(MonitoredService.serverOf(
                                    service.key(), each.server().server())
                            .endpoint()
                            .toString());
            json.name("up").value(each.up());
            json.name("sinceSeconds").value(TimeUnit.NANOSECONDS.toSeconds(Math.max(0, now - each.sinceNanos())));
            json.name("inTable").value(each.inTable());
            json.name("reason").value(reason(each));
            json.endObject();
        }
        json.endArray().endObject();
    }

    /** Why a server is down. */
    private static String reason(ServerHealth server) {
        for (CheckHealth check : server.checks()) {
            if (!check.up()) {
                return check.check().kind() + " " + (check.probed() ? check.reason() : "not probed yet");
            }
        }
        return server.ejected() ? "ejected after failed connections" : "";
    }
}
