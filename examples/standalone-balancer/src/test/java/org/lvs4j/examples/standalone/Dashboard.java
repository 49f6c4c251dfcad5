package org.lvs4j.examples.standalone;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dashboard of Grafana, as its tests read it. */
record Dashboard(String text, JsonObject json) {
    static final Path FILE = Path.of("monitoring/lvs4j-dashboard.json");

    static Dashboard read() throws IOException {
        String text = Files.readString(FILE);
        return new Dashboard(text, JsonParser.parseString(text).getAsJsonObject());
    }

    /** All panels: rows, and those in rows that are collapsed. */
    List<JsonObject> panels() {
        List<JsonObject> panels = new ArrayList<>();
        for (JsonElement each : json.getAsJsonArray("panels")) {
            panels.add(each.getAsJsonObject());
            if (each.getAsJsonObject().has("panels")) {
                each.getAsJsonObject().getAsJsonArray("panels").forEach(inner -> panels.add(inner.getAsJsonObject()));
            }
        }
        return panels;
    }

    List<JsonObject> variables() {
        List<JsonObject> variables = new ArrayList<>();
        json.getAsJsonObject("templating")
                .getAsJsonArray("list")
                .forEach(each -> variables.add(each.getAsJsonObject()));
        return variables;
    }

    /** The expressions of panels and annotations, by what they belong to. */
    Map<String, String> expressions() {
        Map<String, String> expressions = new LinkedHashMap<>();
        for (JsonObject panel : panels()) {
            for (JsonObject target : targets(panel)) {
                expressions.put(
                        "panel " + panel.get("id") + " " + panel.get("title") + " " + target.get("refId"),
                        target.get("expr").getAsString());
            }
        }
        for (JsonElement each : json.getAsJsonObject("annotations").getAsJsonArray("list")) {
            if (each.getAsJsonObject().has("expr")) {
                expressions.put(
                        "annotation " + each.getAsJsonObject().get("name"),
                        each.getAsJsonObject().get("expr").getAsString());
            }
        }
        return expressions;
    }

    static List<JsonObject> targets(JsonObject panel) {
        List<JsonObject> targets = new ArrayList<>();
        if (panel.has("targets")) {
            panel.getAsJsonArray("targets").forEach(each -> targets.add(each.getAsJsonObject()));
        }
        return targets;
    }
}
