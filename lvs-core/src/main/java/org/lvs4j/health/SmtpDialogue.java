package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Greeting, HELO, QUIT. The greeting must be one line that starts with 220, the reply to HELO one that starts with 250; a
 * reply of several lines ({@code 220-}) fails. The reply to QUIT may be any line.
 */
final class SmtpDialogue implements Dialogue {
    /** Far above the 512 bytes of RFC 5321. */
    static final int MAX_LINE_BYTES = 1 << 16;

    private enum Stage {
        GREETING("greeting", "220"),
        HELO("reply to HELO", "250"),
        QUIT("reply to QUIT", "");

        final String name;
        final String code;

        Stage(String name, String code) {
            this.name = name;
            this.code = code;
        }
    }

    private final String heloName;
    /** The start of the line that is being read, as far as it is judged or shown. */
    private final StringBuilder line = new StringBuilder(SHOWN);

    private static final int SHOWN = 40;

    private Stage stage = Stage.GREETING;
    private int lineBytes;

    SmtpDialogue(String heloName) {
        this.heloName = heloName;
    }

    @Override
    public Step opened() {
        return Step.WAIT;
    }

    @Override
    public Step received(ByteBuffer data) {
        ByteBuffer send = null;
        while (data.hasRemaining()) {
            char next = (char) (data.get() & 0xFF);
            if (next != '\n') {
                if (++lineBytes > MAX_LINE_BYTES) {
                    return Step.failed("the " + stage.name + " is longer than " + MAX_LINE_BYTES + " bytes");
                }
                if (line.length() < SHOWN) {
                    line.append(next);
                }
                continue;
            }
            String reply = line.toString().stripTrailing();
            if (!isExactly(reply, stage.code)) {
                return Step.failed(stage.name + " '" + printable(reply) + "'");
            }
            if (stage == Stage.QUIT) {
                return Step.passed("greeting, HELO and QUIT answered");
            }
            send = append(send, stage == Stage.GREETING ? "HELO " + heloName + "\r\n" : "QUIT\r\n");
            stage = stage == Stage.GREETING ? Stage.HELO : Stage.QUIT;
            line.setLength(0);
            lineBytes = 0;
        }
        return send == null ? Step.WAIT : Step.send(send);
    }

    private static boolean isExactly(String reply, String code) {
        return reply.startsWith(code)
                && (code.isEmpty() || reply.length() == code.length() || reply.charAt(code.length()) == ' ');
    }

    private static String printable(String reply) {
        return reply.replaceAll("[^\\x20-\\x7E]", "?");
    }

    private static ByteBuffer append(@Nullable ByteBuffer before, String command) {
        ByteBuffer added = UTF_8.encode(command);
        if (before == null) {
            return added;
        }
        return ByteBuffer.allocate(before.remaining() + added.remaining())
                .put(before)
                .put(added)
                .flip();
    }

    @Override
    public Step closed() {
        return Step.failed("the connection was closed before the " + stage.name);
    }

    @Override
    public Step timedOut() {
        return Step.failed("no " + stage.name);
    }
}
