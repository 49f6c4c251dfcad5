package org.lvs4j.admin.internal.api;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
        StringBuffer text = write(body).getBuffer();
        return text.append('\n');
    }

    /** One value in one line. */
    static String line(Body body) {
        return write(body).toString();
    }

    private static StringWriter write(Body body) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setStrictness(Strictness.STRICT);
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return text;
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
            element = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("there is more after its end");
            }
        } catch (JsonParseException | IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw Problem.badRequest("the body is not JSON: " + firstLine(cause.getMessage()));
        } catch (StackOverflowError e) {
            throw Problem.badRequest("the body is nested too deeply");
        }
        if (!(element instanceof JsonObject object)) {
            throw Problem.badRequest("the body is not an object of JSON");
        }
        return new Fields("", object);
    }

    private static String firstLine(String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
