package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.lvs4j.net.Endpoint;

/** Plays the server of a dialogue, and keeps what the dialogue sends. */
final class Conversation {
    static final ProbeTarget TARGET = ProbeTarget.of(Endpoint.parse("198.51.100.11:80"));
    static final CheckSchedule SCHEDULE = CheckSchedule.builder().build();

    private final Dialogue dialogue;
    private final StringBuilder sent = new StringBuilder();
    private Dialogue.Step last;

    private Conversation(Dialogue dialogue) {
        this.dialogue = dialogue;
        last = take(dialogue.opened());
    }

    static Conversation with(Dialogue dialogue) {
        return new Conversation(dialogue);
    }

    /** The server sends text, with one byte for each character, in one piece. */
    Conversation server(String text) {
        return server(text.getBytes(ISO_8859_1));
    }

    Conversation server(byte[] bytes) {
        if (last.result() == null) {
            last = take(dialogue.received(ByteBuffer.wrap(bytes)));
        }
        return this;
    }

    /** The server sends text in two pieces, of which the first has a number of bytes. */
    Conversation server(String text, int first) {
        return server(text.substring(0, first)).server(text.substring(first));
    }

    ProbeResult closed() {
        return last.result() == null ? result(dialogue.closed()) : result();
    }

    ProbeResult timedOut() {
        return last.result() == null ? result(dialogue.timedOut()) : result();
    }

    ProbeResult result() {
        return result(last);
    }

    private static ProbeResult result(Dialogue.Step step) {
        ProbeResult result = step.result();
        if (result == null) {
            throw new AssertionError("no result");
        }
        return result;
    }

    Dialogue.Step last() {
        return last;
    }

    /** Everything that was sent so far. */
    String sent() {
        return sent.toString();
    }

    private Dialogue.Step take(Dialogue.Step step) {
        if (step.send() != null) {
            sent.append(ISO_8859_1.decode(step.send().duplicate()));
        }
        return step;
    }
}
