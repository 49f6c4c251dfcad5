package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/** Services and servers as they are, with their counters. */
final class Status {
    private Status() {}

    /** The configuration in a snapshot; its servers in the order of their addition. */
    static DirectorConfiguration.Service configuration(ServiceSnapshot snapshot) {
        List<RealServer> servers = new ArrayList<>();
        snapshot.servers().forEach(each -> servers.add(each.server()));
        Collections.reverse(servers);
        return new DirectorConfiguration.Service(snapshot.service(), servers);
    }

    static void write(JsonWriter json, ServiceSnapshot snapshot) throws IOException {
        json.beginObject();
        ServiceForm.write(json, snapshot.service());
        json.name(ServiceForm.SERVERS).beginArray();
        List<ServerSnapshot> servers = snapshot.servers();
        for (int i = servers.size() - 1; i >= 0; i--) {
            write(json, servers.get(i));
        }
        json.endArray();
        json.name(ServerForm.STATUS).beginObject();
        json.name("etag").value(ETags.of(configuration(snapshot)));
        traffic(json, snapshot.traffic(), snapshot.rates());
        json.endObject().endObject();
    }

    static void write(JsonWriter json, ServerSnapshot snapshot) throws IOException {
        json.beginObject();
        ServerForm.write(json, snapshot.server());
        json.name(ServerForm.STATUS).beginObject();
        json.name("etag").value(ETags.of(snapshot.server()));
        json.name("active").value(snapshot.active());
        json.name("inactive").value(snapshot.inactive());
        json.name("templates").value(snapshot.persistent());
        json.name("overloaded").value(snapshot.overloaded());
        json.name("draining").value(snapshot.draining());
        traffic(json, snapshot.traffic(), snapshot.rates());
        json.endObject().endObject();
    }

    /** Writes the members {@code traffic} and {@code rates}. */
    static void traffic(JsonWriter json, Traffic traffic, Rates rates) throws IOException {
        json.name("traffic").beginObject();
        counter(json, "connections", traffic.connections());
        counter(json, "inPackets", traffic.inPackets());
        counter(json, "outPackets", traffic.outPackets());
        counter(json, "inBytes", traffic.inBytes());
        counter(json, "outBytes", traffic.outBytes());
        json.endObject();
        json.name("rates").beginObject();
        json.name("connections").value(rates.connectionsPerSecond());
        json.name("inPackets").value(rates.inPacketsPerSecond());
        json.name("outPackets").value(rates.outPacketsPerSecond());
        json.name("inBytes").value(rates.inBytesPerSecond());
        json.name("outBytes").value(rates.outBytesPerSecond());
        json.endObject();
    }

    /** Writes a counter, which is unsigned. */
    private static void counter(JsonWriter json, String name, long counter) throws IOException {
        json.name(name).jsonValue(Long.toUnsignedString(counter));
    }
}
