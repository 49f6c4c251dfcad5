package org.lvs4j.netty;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an access log. No value needs to be escaped: each is a number, a word of this class or of an enumeration,
 * an address in numbers, or a key of a service, which is of letters, digits, spaces and {@code . : [ ] _ -} only. All are
 * ASCII. Not thread-safe.
 */
final class AccessLogLines {
    /** No line is longer. */
    static final int MOST_BYTES = 1024;

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
            .toFormatter()
            .withZone(ZoneOffset.UTC);

    private final AccessLog.Format format;
    private final StringBuilder line = new StringBuilder(MOST_BYTES);

    AccessLogLines(AccessLog.Format format) {
        this.format = format;
    }

    /** Appends the line of a record. */
    void append(ConnectionRecord ended, ByteBuffer to) {
        line.setLength(0);
        if (format == AccessLog.Format.JSON) {
            json(ended);
        } else {
            text(ended);
        }
        put(to);
    }

    /** Appends the line that tells how many records were dropped. */
    void appendDropped(Instant now, long records, ByteBuffer to) {
        line.setLength(0);
        if (format == AccessLog.Format.JSON) {
            line.append("{\"time\":\"");
            TIME.formatTo(now, line);
            line.append("\",\"dropped\":").append(records).append('}');
        } else {
            TIME.formatTo(now, line);
            line.append(" dropped ").append(records);
        }
        put(to);
    }

    private void put(ByteBuffer to) {
        for (int i = 0; i < line.length(); i++) {
            to.put((byte) line.charAt(i));
        }
        to.put((byte) '\n');
    }

    private void text(ConnectionRecord ended) {
        TIME.formatTo(ended.start(), line);
        line.append(' ').append(ended.protocol());
        value(ended.client());
        value(ended.address());
        value(ended.service() == null ? null : ended.service().toString().replace(' ', '/'));
        value(ended.server());
        line.append(' ').append(ended.clientBytes()).append(' ').append(ended.serverBytes());
        seconds(ended.duration());
        seconds(ended.connectTime());
        seconds(ended.firstByteTime());
        line.append(' ').append(ended.serversTried());
        line.append(' ').append(ended.end().word());
    }

    private void value(@Nullable Object value) {
        line.append(' ').append(value == null ? "-" : value);
    }

    private void seconds(@Nullable Duration time) {
        line.append(' ');
        if (time == null) {
            line.append('-');
        } else {
            appendSeconds(time);
        }
    }

    private void json(ConnectionRecord ended) {
        line.append("{\"time\":\"");
        TIME.formatTo(ended.start(), line);
        line.append("\",\"protocol\":\"").append(ended.protocol()).append('"');
        member("client", ended.client());
        member("address", ended.address());
        member("service", ended.service());
        member("server", ended.server());
        line.append(",\"client_bytes\":").append(ended.clientBytes());
        line.append(",\"server_bytes\":").append(ended.serverBytes());
        member("duration", ended.duration());
        member("connect_time", ended.connectTime());
        member("first_byte_time", ended.firstByteTime());
        line.append(",\"servers_tried\":").append(ended.serversTried());
        line.append(",\"end\":\"").append(ended.end().word()).append("\"}");
    }

    private void member(String name, @Nullable Object value) {
        line.append(",\"").append(name).append("\":");
        if (value == null) {
            line.append("null");
        } else {
            line.append('"').append(value).append('"');
        }
    }

    private void member(String name, @Nullable Duration time) {
        line.append(",\"").append(name).append("\":");
        if (time == null) {
            line.append("null");
        } else {
            appendSeconds(time);
        }
    }

    /** With six digits behind the point, rounded down. */
    private void appendSeconds(Duration time) {
        line.append(time.getSeconds()).append('.');
        String micros = Long.toString(TimeUnit.NANOSECONDS.toMicros(time.getNano()));
        line.append("000000", 0, 6 - micros.length()).append(micros);
    }
}
