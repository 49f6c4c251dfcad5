package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes recordings of packets, one JSON object per line.
 *
 * <table>
 * <caption>Fields of a record</caption>
 * <tr><td>{@code name}<td>optional: the name in messages, by default the session
 * <tr><td>{@code session}<td>optional: records of one session go through one director
 * <tr><td>{@code rules}<td>an array of {@code ipvsadm} commands
 * <tr><td>{@code sysctl}<td>optional: an object with settings of IPVS
 * <tr><td>{@code mtu}<td>optional: an object with the MTU of the wires {@code client} and {@code server}, 1500 by
 *     default
 * <tr><td>{@code in_wire}, {@code in}<td>the wire and the bytes of the input packet, in hex
 * <tr><td>{@code out_wire}, {@code out}<td>the wire and the bytes of the emitted packet; {@code out} is null if there
 *     was none, and absent if nothing is compared
 * <tr><td>{@code outs}<td>objects with {@code wire} and {@code packet} instead, if the director emitted several packets
 * <tr><td>{@code varies}<td>optional: objects with {@code offset} and {@code len}, the bytes of the emitted packet that
 *     are not compared
 * </table>
 *
 * <p>Other fields are ignored when reading and kept when printing. All methods are stateless and thread-safe.
 */
public final class PacketRecords {
    /** The longest line that is read, in characters. */
    public static final int MAX_LINE_LENGTH = 1024 * 1024;

    private PacketRecords() {}

    /**
     * Reads a recording; empty lines are skipped.
     *
     * @param text the recording
     * @param source its name in errors, such as the name of the file
     * @return the records in order, modifiable
     * @throws TraceException for the first line that is not a record; the message names line, problem and
     *     what was expected
     */
    public static List<PacketRecord> parse(String text, String source) throws TraceException {
        requireNonNull(source, "source");
        List<PacketRecord> records = new ArrayList<>();
        int number = 0;
        for (String line : requireNonNull(text, "text").split("\n", -1)) {
            number++;
            String content = line.strip();
            if (!content.isEmpty()) {
                records.add(PacketRecordParser.parse(content, source, number));
            }
        }
        return records;
    }

    /**
     * A record with other emitted packets, as one line of JSON without a line end.
     *
     * @param record the record; all its other fields are kept
     * @param emissions the packets that replace the recorded ones, in order
     */
    public static String print(PacketRecord record, List<PacketEmission> emissions) {
        requireNonNull(emissions, "emissions");
        JsonObject json =
                JsonParser.parseString(requireNonNull(record, "record").json()).getAsJsonObject();
        JsonElement wire = JsonNull.INSTANCE;
        JsonElement packet = wire;
        if (!emissions.isEmpty()) {
            wire = new JsonPrimitive(emissions.get(0).wire().toString());
            packet = new JsonPrimitive(emissions.get(0).hex());
        }
        json.add("out_wire", wire);
        json.add("out", packet);
        if (emissions.size() > 1) {
            JsonArray before = json.get("outs") instanceof JsonArray array ? array : new JsonArray();
            json.add("outs", all(emissions, before));
        } else {
            json.remove("outs");
        }
        StringBuilder text = new StringBuilder();
        JsonLine.append(json, text);
        return text.toString();
    }

    private static JsonArray all(List<PacketEmission> emissions, JsonArray before) {
        JsonArray outs = new JsonArray();
        for (PacketEmission emission : emissions) {
            JsonObject one = new JsonObject();
            one.addProperty("wire", emission.wire().toString());
            one.addProperty("packet", emission.hex());
            if (outs.size() < before.size() && before.get(outs.size()) instanceof JsonObject old && old.has("varies")) {
                one.add("varies", old.get("varies"));
            }
            outs.add(one);
        }
        return outs;
    }
}
