package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page that an {@link HttpCheck} asks for, and what its answer must be. Immutable.
 *
 * @param path the target of the request, sent as it is
 * @param virtualHost the value of the Host header; null for the address and port of the check
 * @param digest the MD5 digest of the body in 32 lower-case hexadecimal digits; null for any
 * @param statuses the accepted status codes; empty for 200..299
 * @param pattern what the body must, or must not, contain; null for anything
 */
public record HttpPage(
        String path,
        @Nullable String virtualHost,
        @Nullable String digest,
        List<StatusRange> statuses,
        @Nullable BodyPattern pattern) {
    /**
     * A range of status codes.
     *
     * @param first the first one, 100..599
     * @param last the last one, at least the first
     */
    public record StatusRange(int first, int last) {
        /** The range of success: 200..299. */
        public static final StatusRange SUCCESS = new StatusRange(200, 299);

        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is empty or outside 100..599
         */
        public StatusRange {
            if (first < 100 || last > 599 || first > last) {
                throw new IllegalArgumentException("status codes " + first + ".." + last + " are outside 100..599");
            }
        }
    }

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if the path is empty, the path or the virtual host has a line break, or the
     *     digest is not one
     */
    public HttpPage {
        requireNonNull(path, "path");
        statuses = List.copyOf(requireNonNull(statuses, "statuses"));
        if (path.isEmpty()) {
            throw new IllegalArgumentException("a page needs a path");
        }
        if (!SingleLine.is(path) || virtualHost != null && !SingleLine.is(virtualHost)) {
            throw new IllegalArgumentException("the path or the virtual host of a page has a line break");
        }
        if (digest != null && !digest.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException("'" + digest + "' is not an MD5 digest of 32 hexadecimal digits");
        }
    }

    /** A page whose answer must have a status of 200..299. */
    public static HttpPage of(String path) {
        return new HttpPage(path, null, null, List.of(), null);
    }

    /** Whether an answer with a status is accepted. */
    boolean accepts(int status) {
        if (statuses.isEmpty()) {
            return status >= StatusRange.SUCCESS.first() && status <= StatusRange.SUCCESS.last();
        }
        for (StatusRange range : statuses) {
            if (status >= range.first() && status <= range.last()) {
                return true;
            }
        }
        return false;
    }
}
