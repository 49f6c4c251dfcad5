package org.lvs4j.admin.internal.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.internal.http.Problem;

/** The members of an object that a client has sent. A member of a wrong type, or one that is unknown, is refused by name. */
final class Fields {
    private final String path;
    private final JsonObject object;

    Fields(String path, JsonObject object) {
        this.path = path;
        this.object = object;
    }

    /** The name of a member, for messages. */
    private String name(String member) {
        return path.isEmpty() ? member : path + "." + member;
    }

    private Problem wrong(String member, String expected) {
        return Problem.badRequest(name(member) + " is " + object.get(member) + "; expected " + expected);
    }

    /**
     * Refuses members that are not in a list.
     *
     * @throws Problem naming the first one
     */
    void requireKnown(List<String> known) throws Problem {
        for (String each : object.keySet()) {
            if (!known.contains(each)) {
                throw Problem.badRequest("unknown member '" + name(each) + "'; expected " + String.join(", ", known));
            }
        }
    }

    boolean has(String member) {
        return object.has(member);
    }

    boolean isNull(String member) {
        return object.has(member) && object.get(member).isJsonNull();
    }

    private @Nullable JsonPrimitive primitive(String member) {
        return object.get(member) instanceof JsonPrimitive primitive ? primitive : null;
    }

    String text(String member) throws Problem {
        JsonPrimitive value = primitive(member);
        if (value == null || !value.isString()) {
            throw object.has(member) ? wrong(member, "a string") : missing(member);
        }
        return value.getAsString();
    }

    private Problem missing(String member) {
        return Problem.badRequest("the member '" + name(member) + "' is missing");
    }

    boolean flag(String member) throws Problem {
        JsonPrimitive value = primitive(member);
        if (value == null || !value.isBoolean()) {
            throw wrong(member, "true or false");
        }
        return value.getAsBoolean();
    }

    int number(String member) throws Problem {
        JsonPrimitive value = primitive(member);
        if (value == null || !value.isNumber()) {
            throw object.has(member) ? wrong(member, "a number") : missing(member);
        }
        try {
            return new BigDecimal(value.getAsString()).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(member, "a whole number within " + Integer.MIN_VALUE + ".." + Integer.MAX_VALUE);
        }
    }

    Fields object(String member) throws Problem {
        if (!(object.get(member) instanceof JsonObject nested)) {
            throw wrong(member, "an object");
        }
        return new Fields(name(member), nested);
    }

    List<Fields> objects(String member) throws Problem {
        List<Fields> list = new ArrayList<>();
        for (JsonElement each : array(member)) {
            if (!(each instanceof JsonObject nested)) {
                throw wrong(member, "an array of objects");
            }
            list.add(new Fields(name(member) + "[" + list.size() + "]", nested));
        }
        return list;
    }

    List<String> texts(String member) throws Problem {
        List<String> list = new ArrayList<>();
        for (JsonElement each : array(member)) {
            if (!(each instanceof JsonPrimitive value) || !value.isString()) {
                throw wrong(member, "an array of strings");
            }
            list.add(value.getAsString());
        }
        return list;
    }

    private JsonArray array(String member) throws Problem {
        if (!(object.get(member) instanceof JsonArray array)) {
            throw wrong(member, "an array");
        }
        return array;
    }

    /** A value of a member that the caller has refused, for a message. */
    Problem refused(String member, String reason) {
        return Problem.badRequest(name(member) + ": " + reason);
    }
}
