package org.lvs4j.admin.internal.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.service.RealServer;

/**
 * Entity tags: of a service, its configuration and that of its servers; of a server, its own. They do not depend on counters
 * and connections, so that a client may change what it has read unless somebody else has changed it meanwhile.
 */
final class ETags {
    private static final int BYTES = 15;

    private ETags() {}

    static String of(DirectorConfiguration.Service service) {
        return hash(Json.line(json -> {
            json.beginObject();
            ServiceForm.write(json, service.service());
            json.name(ServiceForm.SERVERS).beginArray();
            for (RealServer each : service.servers()) {
                json.beginObject();
                ServerForm.write(json, each);
                json.endObject();
            }
            json.endArray().endObject();
        }));
    }

    static String of(RealServer server) {
        return hash(Json.line(json -> {
            json.beginObject();
            ServerForm.write(json, server);
            json.endObject();
        }));
    }

    /** The tag of a text that is sent as it is. */
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return '"' + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /**
     * Checks {@code If-Match} and {@code If-None-Match} of a request for a change.
     *
     * @param present the tag of what is there, or null if there is nothing
     * @throws Problem if it is not what the client expects
     */
    static void require(Request request, @Nullable String present) throws Problem {
        String match = request.ifMatch();
        if (match != null && (present == null || !lists(match, present))) {
            throw failed(
                    present == null
                            ? "it does not exist (any more)"
                            : "it has been changed meanwhile; read it again: its tag is " + present);
        }
        String noneMatch = request.ifNoneMatch();
        if (noneMatch != null && present != null && lists(noneMatch, present)) {
            throw failed("it exists already");
        }
    }

    private static Problem failed(String detail) {
        return new Problem(HttpResponseStatus.PRECONDITION_FAILED, detail);
    }

    /** A weak tag is none of ours: it does not match. */
    static boolean lists(String header, String tag) {
        for (String each : header.split(",", -1)) {
            String one = each.strip();
            if (one.equals("*") || one.equals(tag)) {
                return true;
            }
        }
        return false;
    }
}
