package org.lvs4j.netty.discovery;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.net.Endpoint;

/** Reads servers in JSON, strictly as RFC 8259 has it. Used by one thread. */
final class JsonServers {
    /** The highest weight of a server in IPVS. */
    private static final int MAX_WEIGHT = 65_535;

    private static final String SERVER = "\"10.0.0.1:80\" or {\"server\": \"10.0.0.1:80\", \"weight\": 1}";
    private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+)");

    private final String source;
    private final JsonReader json;

    private JsonServers(String source, String text) {
        this.source = source;
        json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.STRICT);
    }

    /**
     * Reads a list of servers, or an object with such a list for each service.
     *
     * @return the servers by the name of their service; by the empty name those of a list
     */
    static Map<String, List<FoundServer>> parse(String source, String text) throws FileException {
        JsonServers servers = new JsonServers(source, text);
        try {
            Map<String, List<FoundServer>> services = servers.services();
            if (servers.json.peek() != JsonToken.END_DOCUMENT) {
                throw servers.error("", "text after the end", "nothing");
            }
            return services;
        } catch (MalformedJsonException e) {
            String reason = String.valueOf(e.getMessage());
            int place = reason.indexOf(" at line ");
            throw servers.error(
                    "",
                    "this is not JSON: " + (place < 0 ? reason : reason.substring(0, place)),
                    "a list of servers in JSON",
                    reason);
        } catch (EOFException e) {
            throw servers.error("", "the file ends too early", "a list of servers in JSON");
        } catch (IOException e) {
            throw servers.error("", String.valueOf(e.getMessage()), "a list of servers in JSON");
        }
    }

    private Map<String, List<FoundServer>> services() throws IOException, FileException {
        if (json.peek() == JsonToken.BEGIN_ARRAY) {
            return Map.of("", servers());
        }
        require(JsonToken.BEGIN_OBJECT, "a list of servers, or an object with a list for each service");
        Map<String, List<FoundServer>> services = new LinkedHashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String service = json.nextName();
            require(JsonToken.BEGIN_ARRAY, "a list of servers");
            if (services.put(service, servers()) != null) {
                throw error(service, "a second list of the service", "one list for each service");
            }
        }
        json.endObject();
        return services;
    }

    private List<FoundServer> servers() throws IOException, FileException {
        Map<Endpoint, FoundServer> servers = new LinkedHashMap<>();
        json.beginArray();
        while (json.hasNext()) {
            FoundServer server = json.peek() == JsonToken.STRING ? FoundServer.of(endpoint()) : object();
            if (servers.put(server.endpoint(), server) != null) {
                throw error(server.endpoint().toString(), "a server is given twice:", "each server once");
            }
        }
        json.endArray();
        return List.copyOf(servers.values());
    }

    private FoundServer object() throws IOException, FileException {
        require(JsonToken.BEGIN_OBJECT, SERVER);
        Endpoint endpoint = null;
        Integer weight = null;
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            if (key.equals("server") && endpoint == null) {
                require(JsonToken.STRING, "\"10.0.0.1:80\"");
                endpoint = endpoint();
            } else if (key.equals("weight") && weight == null) {
                weight = weight();
            } else {
                throw error(key, "unknown or repeated key", SERVER);
            }
        }
        if (endpoint == null) {
            throw error("", "there is no server", SERVER);
        }
        json.endObject();
        return new FoundServer(endpoint, weight);
    }

    private Endpoint endpoint() throws IOException, FileException {
        String place = json.toString();
        String text = json.nextString();
        try {
            Endpoint endpoint = Endpoint.parse(text);
            if (endpoint.port() != 0) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            // As one without a port.
        }
        throw error(text, "not an address and port", "10.0.0.1:80 or [fd00::1]:80", place);
    }

    private Integer weight() throws IOException, FileException {
        require(JsonToken.NUMBER, "0.." + MAX_WEIGHT);
        String place = json.toString();
        String text = json.nextString();
        if (text.matches("\\d{1,5}") && Integer.parseInt(text) <= MAX_WEIGHT) {
            return Integer.valueOf(text);
        }
        throw error(text, "not a weight", "0.." + MAX_WEIGHT, place);
    }

    private void require(JsonToken token, String expected) throws IOException, FileException {
        JsonToken found = json.peek();
        if (found != token) {
            throw error("", found == JsonToken.END_DOCUMENT ? "the file ends" : "here is " + found, expected);
        }
    }

    private FileException error(String token, String problem, String expected) {
        return error(token, problem, expected, json.toString());
    }

    /** The reader tells its place, behind what it has looked at, in words only. */
    private FileException error(String token, String problem, String expected, String place) {
        Matcher at = PLACE.matcher(place);
        boolean known = at.find();
        return new FileException(
                source,
                known ? Integer.parseInt(at.group(1)) : 1,
                known ? Integer.parseInt(at.group(2)) : 1,
                token,
                problem,
                expected);
    }
}
