package org.lvs4j.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.replay.PacketEmission.Range;
import org.lvs4j.service.Sysctl;

/** Parses one line of a recording of packets; {@link PacketRecords} documents the format. */
final class PacketRecordParser {
    private static final int DEFAULT_MTU = 1500;

    private final String source;
    private final int line;
    private final JsonObject json;

    private PacketRecordParser(String source, int line, JsonObject json) {
        this.source = source;
        this.line = line;
        this.json = json;
    }

    /**
     * Parses a record.
     *
     * @throws TraceException if the line is not a record
     */
    static PacketRecord parse(String text, String source, int line) throws TraceException {
        if (text.length() > PacketRecords.MAX_LINE_LENGTH) {
            throw fail(source, line, "line too long", "at most " + PacketRecords.MAX_LINE_LENGTH + " characters");
        }
        JsonElement json;
        try {
            json = JsonParser.parseString(text);
        } catch (JsonParseException | StackOverflowError e) {
            throw fail(source, line, "not JSON", "a record as a JSON object");
        }
        if (!json.isJsonObject()) {
            throw fail(source, line, "not an object", "a record as a JSON object");
        }
        return new PacketRecordParser(source, line, json.getAsJsonObject()).record(text);
    }

    private static TraceException fail(String source, int line, String problem, String expected) {
        return new TraceException(source, line, 1, "", problem + "; expected " + expected, expected);
    }

    private PacketRecord record(String text) throws TraceException {
        String session = string(json, "session", "");
        return new PacketRecord(
                line,
                text,
                string(json, "name", session),
                session,
                rules(),
                settings(),
                mtu("client"),
                mtu("server"),
                wire(json, "in_wire"),
                hex(json, "in"),
                expected());
    }

    private Rules rules() throws TraceException {
        StringBuilder text = new StringBuilder();
        for (JsonElement rule : array(json, "rules")) {
            text.append(text(rule, "rules")).append('\n');
        }
        try {
            return Rules.parse(text.toString(), source + ":" + line + ": rules");
        } catch (RuleException e) {
            throw fail(source, line, String.valueOf(e.getMessage()), "rules as ipvsadm saves them");
        }
    }

    private Map<Sysctl, Integer> settings() throws TraceException {
        Map<Sysctl, Integer> settings = new EnumMap<>(Sysctl.class);
        for (Map.Entry<String, JsonElement> entry : object("sysctl").entrySet()) {
            Sysctl sysctl = Sysctl.find(entry.getKey());
            if (sysctl == null) {
                throw fail(source, line, "no such sysctl: '" + entry.getKey() + "'", "a setting of IPVS");
            }
            settings.put(sysctl, number(entry.getValue(), entry.getKey(), sysctl.min(), sysctl.max()));
        }
        return settings;
    }

    private int mtu(String wire) throws TraceException {
        JsonElement value = object("mtu").get(wire);
        return value == null ? DEFAULT_MTU : number(value, "mtu", PacketPaths.MIN_MTU, PacketPaths.MAX_MTU);
    }

    private @Nullable List<PacketEmission> expected() throws TraceException {
        if (!json.has("out")) {
            return null;
        }
        List<PacketEmission> expected = new ArrayList<>();
        if (json.has("outs")) {
            for (JsonElement one : array(json, "outs")) {
                if (!one.isJsonObject()) {
                    throw fail(source, line, "'outs' has an element that is not an object", "objects");
                }
                JsonObject emission = one.getAsJsonObject();
                expected.add(new PacketEmission(wire(emission, "wire"), hex(emission, "packet"), varying(emission)));
            }
        } else if (!json.get("out").isJsonNull()) {
            expected.add(new PacketEmission(wire(json, "out_wire"), hex(json, "out"), varying(json)));
        }
        return expected;
    }

    private List<Range> varying(JsonObject from) throws TraceException {
        List<Range> ranges = new ArrayList<>();
        if (from.has("varies")) {
            for (JsonElement one : array(from, "varies")) {
                if (!one.isJsonObject()) {
                    throw fail(source, line, "'varies' has an element that is not an object", "objects");
                }
                JsonObject range = one.getAsJsonObject();
                ranges.add(new Range(
                        number(range.get("offset"), "offset", 0, PacketPaths.MAX_MTU),
                        number(range.get("len"), "len", 0, PacketPaths.MAX_MTU)));
            }
        }
        return ranges;
    }

    private JsonArray array(JsonObject from, String name) throws TraceException {
        JsonElement value = from.get(name);
        if (value == null || !value.isJsonArray()) {
            throw fail(source, line, "'" + name + "' is missing or not an array", "an array");
        }
        return value.getAsJsonArray();
    }

    private JsonObject object(String name) throws TraceException {
        JsonElement value = json.get(name);
        if (value == null || value.isJsonNull()) {
            return new JsonObject();
        }
        if (!value.isJsonObject()) {
            throw fail(source, line, "'" + name + "' is not an object", "an object");
        }
        return value.getAsJsonObject();
    }

    private String string(JsonObject from, String name, String otherwise) throws TraceException {
        JsonElement value = from.get(name);
        return value == null ? otherwise : text(value, name);
    }

    private String text(@Nullable JsonElement value, String name) throws TraceException {
        if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw fail(source, line, "'" + name + "' is missing or not a string", "a string");
    }

    private int number(@Nullable JsonElement value, String name, int min, int max) throws TraceException {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            double number = primitive.getAsDouble();
            if (number == Math.rint(number) && number >= min && number <= max) {
                return (int) number;
            }
        }
        throw fail(source, line, "'" + name + "' is missing or out of range", "a number within " + min + ".." + max);
    }

    private Wire wire(JsonObject from, String name) throws TraceException {
        String value = text(from.get(name), name);
        for (Wire wire : Wire.values()) {
            if (wire.toString().equals(value)) {
                return wire;
            }
        }
        throw fail(source, line, "'" + value + "' is not a wire", "client or server");
    }

    private String hex(JsonObject from, String name) throws TraceException {
        String value = text(from.get(name), name).toLowerCase(Locale.ROOT);
        try {
            HexFormat.of().parseHex(value);
        } catch (IllegalArgumentException e) {
            throw fail(source, line, "'" + name + "' is not hex", "two hex digits for each byte");
        }
        return value;
    }
}
