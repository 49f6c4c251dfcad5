package org.lvs4j.admin.internal.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operation and where it is found.
 *
 * @param method of HTTP
 * @param template of the path, such as {@code /api/v1/services/{service}}
 * @param access who may use it
 * @param quick whether it is answered on the event loop, because it waits for nothing
 * @param linked whether a link on a page of another site may lead to it, because it is the same for everybody
 * @param operation the operation
 */
public record Route(String method, String template, Access access, boolean quick, boolean linked, Operation operation) {
    /** Who may use an operation. */
    public enum Access {
        /** Everybody who reaches the endpoint. */
        OPEN,
        /** Local clients, and others with the token. */
        READ,
        /** Clients of a Unix socket, and others with the token. */
        CHANGE
    }

    /** An operation for everybody that waits for nothing. */
    public static Route open(String method, String template, Operation operation) {
        return new Route(method, template, Access.OPEN, true, false, operation);
    }

    /** A file of a page for people, which is the same for everybody. */
    public static Route page(String template, Operation operation) {
        return new Route("GET", template, Access.OPEN, true, true, operation);
    }

    /** An operation that reads. */
    public static Route read(String template, Operation operation) {
        return new Route("GET", template, Access.READ, false, false, operation);
    }

    /** An operation that reads and waits for nothing. */
    public static Route quick(String template, Operation operation) {
        return new Route("GET", template, Access.READ, true, false, operation);
    }

    /** An operation that changes something. */
    public static Route change(String method, String template, Operation operation) {
        return new Route(method, template, Access.CHANGE, false, false, operation);
    }

    /** The variables of a path, decoded; null if it is another path. */
    @Nullable
    Map<String, String> match(List<String> segments) {
        String[] wanted = template.substring(1).split("/", -1);
        if (wanted.length != segments.size()) {
            return null;
        }
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                variables.put(wanted[i].substring(1, wanted[i].length() - 1), segments.get(i));
            } else if (!wanted[i].equals(segments.get(i))) {
                return null;
            }
        }
        return variables;
    }
}
