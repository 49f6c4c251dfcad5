package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The two messages of {@code grpc.health.v1.Health/Check} in the format of Protocol Buffers: a request with the name of a
 * service as field 1, and a response with a status as field 1. On a stream, each follows a byte that tells whether it is
 * compressed, and four bytes with its length.
 */
final class GrpcHealthMessage {
    private static final int PREFIX_BYTES = 5;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int SERVICE_TAG = 1 << 3 | 2;
    private static final int STATUS_TAG = 1 << 3;
    private static final int SERVING = 1;
    private static final String[] STATUSES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

    private GrpcHealthMessage() {}

    /** A request with its prefix. */
    static ByteBuffer request(String service) {
        byte[] name = service.getBytes(UTF_8);
        ByteBuffer request = ByteBuffer.allocate(PREFIX_BYTES + 1 + MAX_VARINT_BYTES + name.length);
        request.position(PREFIX_BYTES);
        if (name.length > 0) {
            request.put((byte) SERVICE_TAG);
            putVarint(request, name.length);
            request.put(name);
        }
        return request.putInt(1, request.position() - PREFIX_BYTES).flip();
    }

    private static void putVarint(ByteBuffer to, int value) {
        int rest = value;
        while (rest > 0x7F) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    /** Why the content of a stream is not one response, with its prefix, that says SERVING; null if it is. */
    static @Nullable String problem(ByteBuffer content) {
        if (content.remaining() < PREFIX_BYTES) {
            return "the answer has no message";
        }
        if (content.get() != 0) {
            return "the message is compressed";
        }
        if (content.getInt() != content.remaining()) {
            return "the answer is not one message";
        }
        try {
            long status = status(content);
            if (status == SERVING) {
                return null;
            }
            return status >= 0 && status < STATUSES.length ? STATUSES[(int) status] : "serving status " + status;
        } catch (BufferUnderflowException e) {
            return "the message is malformed";
        }
    }

    /** The last value of the status; other fields are skipped. */
    private static long status(ByteBuffer message) {
        long status = 0;
        while (message.hasRemaining()) {
            long tag = varint(message);
            if (tag == STATUS_TAG) {
                status = varint(message);
            } else {
                skip(message, tag);
            }
        }
        return status;
    }

    private static void skip(ByteBuffer message, long tag) {
        int type = (int) tag & 7;
        long bytes = switch (type) {
            case 0, 2 -> varint(message);
            case 1 -> Long.BYTES;
            case 5 -> Integer.BYTES;
            default -> -1;
        };
        if (type == 0) {
            bytes = 0;
        }
        if (tag >>> 3 == 0 || bytes < 0 || bytes > message.remaining()) {
            throw new BufferUnderflowException();
        }
        message.position(message.position() + (int) bytes);
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            byte next = message.get();
            value |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }
}
