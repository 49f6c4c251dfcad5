package org.lvs4j.admin.internal.api;

import com.google.gson.JsonPrimitive;

/** Writes large values of JSON at less cost than a general writer: it does not check that calls are in order. */
final class CompactJson {
    private final StringBuilder text = new StringBuilder(1024);

    CompactJson beginObject() {
        separate();
        text.append('{');
        return this;
    }

    CompactJson endObject() {
        text.append('}');
        return this;
    }

    CompactJson beginArray() {
        separate();
        text.append('[');
        return this;
    }

    CompactJson endArray() {
        text.append(']');
        return this;
    }

    /** A name that needs no escapes. */
    CompactJson name(String name) {
        separate();
        text.append('"').append(name).append("\":");
        return this;
    }

    CompactJson put(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    CompactJson putUnsigned(String name, long value) {
        name(name);
        text.append(Long.toUnsignedString(value));
        return this;
    }

    CompactJson put(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    CompactJson put(String name, String value) {
        name(name);
        if (isPlain(value)) {
            text.append('"').append(value).append('"');
        } else {
            text.append(new JsonPrimitive(value));
        }
        return this;
    }

    /** Only if it is so. */
    CompactJson flag(String name, boolean value) {
        return value ? put(name, true) : this;
    }

    private void separate() {
        int length = text.length();
        char last = length == 0 ? '[' : text.charAt(length - 1);
        if (last != '{' && last != '[' && last != ':') {
            text.append(',');
        }
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
