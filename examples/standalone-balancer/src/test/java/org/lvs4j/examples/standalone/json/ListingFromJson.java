package org.lvs4j.examples.standalone.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lvs4j.config.RuleCommand.Columns;

/** Prints what {@code ipvsadm} prints, from nothing but the JSON of {@code lvsadm -L --json}. */
final class ListingFromJson {
    private final Columns columns;
    private final boolean all;

    ListingFromJson(Columns columns, boolean all) {
        this.columns = columns;
        this.all = all;
    }

    String services(JsonObject document) {
        StringBuilder text = new StringBuilder(all ? "IP Virtual Server version 1.2.1 (size=4096)\n" : "");
        text.append(header());
        for (JsonElement element : document.getAsJsonArray("services")) {
            JsonObject service = element.getAsJsonObject();
            String label = label(string(service, "id"));
            text.append(figures() ? figures(label, service) : label + attributes(service))
                    .append('\n');
            for (JsonElement each : service.getAsJsonArray("servers")) {
                JsonObject server = each.getAsJsonObject();
                String name = String.format("  -> %-28s", string(server, "endpoint"));
                text.append(figures() ? figures(name, server) : name + " " + state(server))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private boolean figures() {
        return columns == Columns.STATS || columns == Columns.RATE;
    }

    private String header() {
        return switch (columns) {
            case STATS ->
                "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
                        + "  -> RemoteAddress:Port\n";
            case RATE ->
                "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
                        + "  -> RemoteAddress:Port\n";
            case WEIGHTS ->
                "Prot LocalAddress:Port Scheduler Flags\n"
                        + "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
            case TUNNELS ->
                "Prot LocalAddress:Port Scheduler Flags\n"
                        + "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n";
            case THRESHOLDS ->
                "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n"
                        + "  -> RemoteAddress:Port\n";
            case PERSISTENT ->
                "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n"
                        + "  -> RemoteAddress:Port\n";
        };
    }

    private static String label(String id) {
        String[] parts = id.split(":", 2);
        return switch (parts[0]) {
            case "fwmark" -> "FWM  " + parts[1];
            case "fwmark6" -> "FWM  " + parts[1] + " IPv6";
            default -> String.format("%-4s %s", parts[0].toUpperCase(Locale.ROOT), parts[1]);
        };
    }

    private static String attributes(JsonObject service) {
        String scheduler = string(service, "scheduler");
        List<String> flags = new ArrayList<>();
        service.getAsJsonArray("flags").forEach(flag -> flags.add(flag(scheduler, flag.getAsString())));
        String text = " " + scheduler + (flags.isEmpty() ? "" : " (" + String.join(",", flags) + ")");
        if (service.get("persistence").isJsonObject()) {
            JsonObject persistence = service.getAsJsonObject("persistence");
            text += " persistent " + persistence.get("timeoutSeconds");
            String mask = string(persistence, "netmask");
            text += mask.equals("255.255.255.255") || mask.equals("128") ? "" : " mask " + mask;
            text += persistence.get("engine").isJsonNull() ? "" : " pe " + string(persistence, "engine");
        }
        return text + (service.get("onePacket").getAsBoolean() ? " ops" : "");
    }

    private static String flag(String scheduler, String flag) {
        Map<String, String> names = Map.of("flag-1", "-fallback", "flag-2", "-port");
        return List.of("sh", "mh").contains(scheduler) && names.containsKey(flag) ? scheduler + names.get(flag) : flag;
    }

    private String state(JsonObject server) {
        JsonObject status = server.getAsJsonObject("status");
        String weight = status.get("draining").getAsBoolean() ? "0" : string(server, "weight");
        String method = Map.of("masquerade", "Masq", "tunnel", "Tunnel", "direct", "Route")
                .get(string(server, "forwarding"));
        String connections = String.format("%-10s %-10s", string(status, "active"), string(status, "inactive"));
        return switch (columns) {
            case TUNNELS -> String.format("%-7s %-13s %-6s %s", method, tunnel(server), weight, connections);
            case THRESHOLDS ->
                String.format(
                        "%-10s %-10s %s",
                        string(server, "upperThreshold"), string(server, "lowerThreshold"), connections);
            case PERSISTENT -> String.format("%-9s %-11s %s", weight, string(status, "templates"), connections);
            default -> String.format("%-7s %-6s %s", method, weight, connections);
        };
    }

    private static String tunnel(JsonObject server) {
        if (!server.has("tunnel")) {
            return "n/a";
        }
        JsonObject tunnel = server.getAsJsonObject("tunnel");
        String kind = string(tunnel, "encapsulation");
        if (kind.equals("ipip")) {
            return kind;
        }
        String port = string(tunnel, "port").equals("0") ? "" : ":" + string(tunnel, "port");
        return kind
                + port
                + Map.of("none", ":-c", "full", ":+c", "remote", ":+r").get(string(tunnel, "checksum"));
    }

    private String figures(String label, JsonObject of) {
        JsonObject figures =
                of.getAsJsonObject("status").getAsJsonObject(columns == Columns.RATE ? "rates" : "traffic");
        StringBuilder text = new StringBuilder(String.format("%-33s", label));
        for (String name : List.of("connections", "inPackets", "outPackets", "inBytes", "outBytes")) {
            text.append(String.format(" %8s", string(figures, name)));
        }
        return text.toString();
    }

    static String connections(JsonObject document, boolean engineData) {
        StringBuilder text = new StringBuilder("IPVS connection entries\n");
        text.append("pro expire state       source             virtual            destination")
                .append(engineData ? "        pe name          pe_data\n" : "\n");
        for (JsonElement each : document.getAsJsonArray("connections")) {
            text.append(row(each.getAsJsonObject(), string(each.getAsJsonObject(), "state")))
                    .append('\n');
        }
        for (JsonElement each : document.getAsJsonArray("templates")) {
            JsonObject template = each.getAsJsonObject();
            text.append(row(template, template.get("assured").getAsBoolean() ? "ASSURED" : "NONE"));
            if (engineData && !template.get("engine").isJsonNull()) {
                text.append(String.format(" %-18s %s", string(template, "engine"), string(template, "identity")));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String row(JsonObject entry, String state) {
        long seconds = entry.get("expiresInSeconds").getAsLong();
        String protocol = entry.get("protocol").isJsonNull() ? "IP" : string(entry, "protocol");
        return String.format(
                "%-3s %02d:%02d  %-11s %-18s %-18s %s",
                protocol.toUpperCase(Locale.ROOT),
                seconds / 60,
                seconds % 60,
                state,
                string(entry, "client"),
                string(entry, "virtual"),
                string(entry, "server"));
    }

    private static String string(JsonObject object, String name) {
        return object.get(name).getAsString();
    }
}
