package org.lvs4j.replay;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;

/** Prints JSON on one line, with a blank after each comma and colon, as the recordings are written. */
final class JsonLine {
    private static final Gson PLAIN =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private JsonLine() {}

    static void append(JsonElement element, StringBuilder text) {
        if (element instanceof JsonObject object) {
            text.append('{');
            String separator = "";
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                text.append(separator).append(PLAIN.toJson(entry.getKey())).append(": ");
                append(entry.getValue(), text);
                separator = ", ";
            }
            text.append('}');
        } else if (element instanceof JsonArray array) {
            text.append('[');
            String separator = "";
            for (JsonElement one : array) {
                text.append(separator);
                append(one, text);
                separator = ", ";
            }
            text.append(']');
        } else {
            text.append(PLAIN.toJson(element));
        }
    }
}
