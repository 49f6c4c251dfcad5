package org.lvs4j.examples.embedded.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** The servers in the EndpointSlices of one service ({@code discovery.k8s.io/v1}). Not thread-safe. */
final class Slices {
    private final String port;
    private final Map<String, Map<Endpoint, Integer>> byName = new HashMap<>();

    /** @param port the name of the port; empty for the one without a name */
    Slices(String port) {
        this.port = port;
    }

    void clear() {
        byName.clear();
    }

    void remove(JsonObject slice) {
        byName.remove(name(slice));
    }

    void put(JsonObject slice) {
        Map<Endpoint, Integer> servers = new HashMap<>();
        int number = port(slice);
        if (number > 0 && !text(slice, "addressType").equals("FQDN")) {
            for (JsonElement each : list(slice, "endpoints")) {
                JsonObject endpoint = each.getAsJsonObject();
                int weight = weight(endpoint);
                if (weight >= 0) {
                    // Further addresses lead to the same pod.
                    String address = endpoint.getAsJsonArray("addresses").get(0).getAsString();
                    servers.put(new Endpoint(IpAddress.parse(address), number), weight);
                }
            }
        }
        byName.put(name(slice), servers);
    }

    /** The weight of a server; -1 if it must not be used. A condition that is missing is as the API defines it. */
    private static int weight(JsonObject endpoint) {
        JsonObject conditions = endpoint.has("conditions") ? endpoint.getAsJsonObject("conditions") : new JsonObject();
        boolean ready = condition(conditions, "ready", true);
        if (condition(conditions, "terminating", false)) {
            // It still serves the connections that it has.
            return condition(conditions, "serving", ready) ? 0 : -1;
        }
        return ready ? 1 : -1;
    }

    private static boolean condition(JsonObject conditions, String name, boolean missing) {
        return conditions.has(name) && !conditions.get(name).isJsonNull()
                ? conditions.get(name).getAsBoolean()
                : missing;
    }

    private int port(JsonObject slice) {
        for (JsonElement each : list(slice, "ports")) {
            JsonObject found = each.getAsJsonObject();
            if (text(found, "name").equals(port) && found.has("port")) {
                return found.get("port").getAsInt();
            }
        }
        return 0;
    }

    /** All servers. While one moves to another slice it is in both. */
    List<FoundServer> servers() {
        Map<Endpoint, Integer> weights = new TreeMap<>();
        byName.values()
                .forEach(slice -> slice.forEach((endpoint, weight) -> weights.merge(endpoint, weight, Math::max)));
        List<FoundServer> servers = new ArrayList<>();
        weights.forEach((endpoint, weight) -> servers.add(FoundServer.of(endpoint, weight)));
        return servers;
    }

    private static String name(JsonObject slice) {
        return text(slice.getAsJsonObject("metadata"), "name");
    }

    /** The API writes an empty list as {@code null}. */
    static JsonArray list(JsonObject object, String key) {
        return object.has(key) && !object.get(key).isJsonNull() ? object.getAsJsonArray(key) : new JsonArray();
    }

    static String text(JsonObject object, String key) {
        return object.has(key) && !object.get(key).isJsonNull()
                ? object.get(key).getAsString()
                : "";
    }
}
