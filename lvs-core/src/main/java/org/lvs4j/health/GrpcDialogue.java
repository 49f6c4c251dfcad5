package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code grpc.health.v1.Health/Check}: a request, then the header, the content and the trailer of the answer.
 * Everything is judged at the end of the stream: {@code grpc-status} 0 and one message that says SERVING.
 *
 * <p>The content is bounded by {@value #MAX_CONTENT_BYTES} bytes. The call as a whole has the time of one step: no part of
 * the answer extends it.
 */
final class GrpcDialogue implements Dialogue {
    /** A response has two bytes; a later version of the protocol may add fields. */
    static final int MAX_CONTENT_BYTES = 1024;

    private static final int SHOWN = 100;
    private static final List<String> STATUSES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");
    private static final Pattern GRPC = Pattern.compile("application/grpc([+;].*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern ENCODED = Pattern.compile("%([0-9A-Fa-f]{2})");

    private final GrpcCheck check;
    private final ByteBuffer content = ByteBuffer.allocate(MAX_CONTENT_BYTES);
    private boolean headed;

    GrpcDialogue(GrpcCheck check) {
        this.check = check;
    }

    @Override
    public Step opened() {
        return Step.send(GrpcHealthMessage.request(check.service()));
    }

    @Override
    public Step fields(Function<String, @Nullable String> fields, boolean last) {
        requireNonNull(fields, "fields");
        if (!headed) {
            String status = fields.apply(":status");
            if (status != null && status.startsWith("1") && !last) {
                return Step.IGNORE;
            }
            if (!"200".equals(status)) {
                return Step.failed("HTTP status " + shown(status));
            }
            headed = true;
            if (!last) {
                String type = fields.apply("content-type");
                return type != null && GRPC.matcher(type).matches()
                        ? Step.IGNORE
                        : Step.failed("no gRPC: the content type is " + shown(type));
            }
        }
        return last ? end(fields) : Step.failed("the answer has two headers");
    }

    private Step end(Function<String, @Nullable String> trailer) {
        String status = trailer.apply("grpc-status");
        if (status == null) {
            return Step.failed("the answer ends without a grpc-status");
        }
        if (!status.equals("0")) {
            String message = trailer.apply("grpc-message");
            return Step.failed(
                    "grpc-status " + named(status) + (message == null ? "" : ": " + shown(decoded(message))));
        }
        String problem = GrpcHealthMessage.problem(content.flip());
        return problem == null ? Step.passed("SERVING") : Step.failed(problem);
    }

    private static String named(String status) {
        boolean known = status.matches("[0-9]|1[0-6]");
        return known ? status + " " + STATUSES.get(Integer.parseInt(status)) : shown(status);
    }

    /** A message whose bytes other than printable ones of ASCII are percent-encoded. */
    private static String decoded(String message) {
        return ENCODED.matcher(message)
                .replaceAll(
                        code -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(code.group(1), 16))));
    }

    private static String shown(@Nullable String value) {
        if (value == null) {
            return "missing";
        }
        return value.substring(0, Math.min(value.length(), SHOWN)).replaceAll("[^\\x20-\\x7E]", "?");
    }

    @Override
    public Step received(ByteBuffer data) {
        if (!data.hasRemaining()) {
            return Step.IGNORE;
        }
        if (!headed) {
            data.position(data.limit());
            return Step.failed("the answer has content before its header");
        }
        if (data.remaining() > content.remaining()) {
            data.position(data.limit());
            return Step.failed("the answer is longer than " + MAX_CONTENT_BYTES + " bytes");
        }
        content.put(data);
        return Step.IGNORE;
    }

    @Override
    public Step closed() {
        return Step.failed("the connection was closed " + (headed ? "within the answer" : "without an answer"));
    }

    @Override
    public Step timedOut() {
        return Step.failed(headed ? "the answer does not end" : "no answer");
    }
}
