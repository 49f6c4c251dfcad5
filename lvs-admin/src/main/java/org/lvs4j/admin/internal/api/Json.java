package org.lvs4j.admin.internal.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import org.lvs4j.admin.internal.http.Problem;

/** Text of JSON, both ways. */
final class Json {
    private Json() {}

    /** Writes one value. */
    @FunctionalInterface
    interface Body {
        void write(JsonWriter json) throws IOException;
    }

    /** One value, with a line break at its end. */
    static CharSequence text(Body body) {
        return write(body).append('\n');
    }

    /** One value in one line. */
    static String line(Body body) {
        return write(body).toString();
    }

    private static StringBuilder write(Body body) {
        Text text = new Text();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setStrictness(Strictness.STRICT);
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return text.builder;
    }

    /** A {@link java.io.StringWriter} without a lock for each character. */
    private static final class Text extends Writer {
        private final StringBuilder builder = new StringBuilder();

        @Override
        public void write(int character) {
            builder.append((char) character);
        }

        @Override
        public void write(String text) {
            builder.append(text);
        }

        @Override
        public void write(String text, int offset, int length) {
            builder.append(text, offset, offset + length);
        }

        @Override
        public void write(char[] text, int offset, int length) {
            builder.append(text, offset, length);
        }

        @Override
        public Writer append(CharSequence text) {
            builder.append(text);
            return this;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /**
     * Reads an object.
     *
     * @throws Problem if the text is anything else
     */
    static Fields object(String text) throws Problem {
        if (text.isBlank()) {
            throw Problem.badRequest("the body is empty; expected an object of JSON");
        }
        JsonElement element;
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            element = read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("there is more after its end");
            }
        } catch (JsonParseException | IOException | NumberFormatException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw Problem.badRequest("the body is not JSON: " + firstLine(String.valueOf(cause.getMessage())));
        } catch (StackOverflowError e) {
            throw Problem.badRequest("the body is nested too deeply");
        }
        if (!(element instanceof JsonObject object)) {
            throw Problem.badRequest("the body is not an object of JSON");
        }
        return new Fields("", object);
    }

    /** A name that is given twice would be two things to two readers, so it is refused. */
    private static JsonElement read(JsonReader reader) throws IOException, Problem {
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (object.has(name)) {
                        throw Problem.badRequest("the member '" + name + "' is given twice");
                    }
                    object.add(name, read(reader));
                }
                reader.endObject();
                return object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) {
                    array.add(read(reader));
                }
                reader.endArray();
                return array;
            }
            case STRING -> {
                return new JsonPrimitive(reader.nextString());
            }
            case NUMBER -> {
                return new JsonPrimitive(new BigDecimal(reader.nextString()));
            }
            case BOOLEAN -> {
                return new JsonPrimitive(reader.nextBoolean());
            }
            case NULL -> {
                reader.nextNull();
                return JsonNull.INSTANCE;
            }
            default -> throw new JsonParseException("a value is missing");
        }
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
