package org.lvs4j.examples.standalone.json;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Locale;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/** Services and servers as JSON: the schemas {@code Service} and {@code Server} without entity tags. */
final class ServiceJson {
    private ServiceJson() {}

    /** The key of a service: {@code tcp:10.0.0.1:80}, {@code fwmark:5}, {@code fwmark6:5} or {@code name:orders}. */
    static String id(ServiceKey key) {
        if (key instanceof ServiceKey.Address address) {
            return lower(address.protocol()) + ":" + address.endpoint();
        } else if (key instanceof ServiceKey.Mark mark) {
            return (mark.family() == AddressFamily.IPV6 ? "fwmark6:" : "fwmark:")
                    + Integer.toUnsignedString(mark.mark());
        }
        return "name:" + ((ServiceKey.Named) key).name();
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static void write(JsonWriter json, ServiceSnapshot snapshot) throws IOException {
        VirtualService service = snapshot.service();
        json.beginObject();
        json.name("id").value(id(service.key()));
        json.name("scheduler").value(service.scheduler());
        json.name("flags").beginArray();
        for (SchedulerFlag flag : EnumSet.allOf(SchedulerFlag.class)) {
            if (service.flags().contains(flag)) {
                json.value(lower(flag).replace('_', '-'));
            }
        }
        json.endArray();
        json.name("persistence");
        Persistence persistence = service.persistence();
        if (persistence == null) {
            json.nullValue();
        } else {
            write(json, persistence, service.key().family());
        }
        json.name("onePacket").value(service.onePacket());
        json.name("slowStartSeconds").value(service.slowStart().toSeconds());
        json.name("servers").beginArray();
        for (ServerSnapshot server : snapshot.servers()) {
            write(json, server);
        }
        json.endArray();
        json.name("status").beginObject();
        write(json, snapshot.traffic(), snapshot.rates());
        json.endObject().endObject();
    }

    private static void write(JsonWriter json, Persistence persistence, AddressFamily family) throws IOException {
        json.beginObject();
        json.name("timeoutSeconds").value(persistence.timeoutSeconds());
        json.name("netmask");
        if (family == AddressFamily.IPV4) {
            json.value(IpAddress.v4(persistence.mask()).toString());
        } else {
            json.value(persistence.mask());
        }
        json.name("engine").value(persistence.engine());
        json.endObject();
    }

    private static void write(JsonWriter json, ServerSnapshot snapshot) throws IOException {
        RealServer server = snapshot.server();
        json.beginObject();
        json.name("endpoint").value(server.endpoint().toString());
        json.name("weight").value(server.weight());
        json.name("forwarding").value(lower(server.forwarding().method()));
        Forwarding.Tunnel tunnel = server.forwarding().tunnel();
        if (tunnel != null) {
            json.name("tunnel").beginObject();
            json.name("encapsulation").value(lower(tunnel.encapsulation()));
            json.name("port").value(tunnel.port());
            json.name("checksum").value(lower(tunnel.checksum()));
            json.endObject();
        }
        json.name("upperThreshold").value(server.upperThreshold());
        json.name("lowerThreshold").value(server.lowerThreshold());
        json.name("status").beginObject();
        json.name("active").value(snapshot.active());
        json.name("inactive").value(snapshot.inactive());
        json.name("templates").value(snapshot.persistent());
        json.name("overloaded").value(snapshot.overloaded());
        json.name("draining").value(snapshot.draining());
        write(json, snapshot.traffic(), snapshot.rates());
        json.endObject().endObject();
    }

    /** Writes the members {@code traffic} and {@code rates}. */
    static void write(JsonWriter json, Traffic traffic, Rates rates) throws IOException {
        json.name("traffic").beginObject();
        figure(json, "connections", traffic.connections());
        figure(json, "inPackets", traffic.inPackets());
        figure(json, "outPackets", traffic.outPackets());
        figure(json, "inBytes", traffic.inBytes());
        figure(json, "outBytes", traffic.outBytes());
        json.endObject();
        json.name("rates").beginObject();
        figure(json, "connections", rates.connectionsPerSecond());
        figure(json, "inPackets", rates.inPacketsPerSecond());
        figure(json, "outPackets", rates.outPacketsPerSecond());
        figure(json, "inBytes", rates.inBytesPerSecond());
        figure(json, "outBytes", rates.outBytesPerSecond());
        json.endObject();
    }

    /** Writes a figure, which is unsigned as in the text. */
    private static void figure(JsonWriter json, String name, long figure) throws IOException {
        json.name(name);
        if (figure < 0) {
            json.value(new BigInteger(Long.toUnsignedString(figure)));
        } else {
            json.value(figure);
        }
    }
}
