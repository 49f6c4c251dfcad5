package org.lvs4j.examples.webcluster.web;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of forms, checked. */
final class Forms {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern LOCAL_PATH = Pattern.compile("/([A-Za-z0-9._~-][A-Za-z0-9._~/-]{0,200})?");

    private Forms() {}

    /** The field as it was sent; empty if it was not. */
    static String text(Context context, String field) {
        String type = context.contentType();
        if (type != null && !context.isFormUrlencoded()) {
            throw new Problem(
                    415,
                    "That did not work",
                    "This page takes the fields of a form, application/x-www-form-urlencoded.");
        }
        try {
            String value = context.formParam(field);
            return value == null ? "" : value;
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The form could not be read: it has a broken percent sign.");
        }
    }

    /** Text of several lines, without control characters and halves of characters. */
    static String lines(Context context, String field) {
        StringBuilder clean = new StringBuilder();
        text(context, field).replace("\r\n", "\n").codePoints().forEach(c -> {
            boolean broken = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            if (c == '\n' || !Character.isISOControl(c) && !broken && Character.getType(c) != Character.FORMAT) {
                clean.appendCodePoint(c);
            }
        });
        return clean.toString().strip();
    }

    /** A number of at most nine digits, or the given one if there is no such field. */
    static int number(Context context, String field, int otherwise) {
        String text = text(context, field).strip();
        return text.isEmpty() ? otherwise : number(text);
    }

    /** The value of a number of at most nine digits; -1 if it is none. */
    static int number(String text) {
        return NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
    }

    /** A UUID in its usual form. */
    static UUID uuid(Context context, String field) {
        String text = text(context, field);
        if (!UUID_TEXT.matcher(text).matches()) {
            throw Problem.badRequest("The form has no valid order token. Open the basket and send its form again.");
        }
        return UUID.fromString(text);
    }

    /** The path of a page of this shop; the front page if it is anything else. */
    static String localPath(@Nullable String path) {
        return path != null && LOCAL_PATH.matcher(path).matches() && !path.contains("..") && !path.contains("//")
                ? path
                : "/";
    }
}
