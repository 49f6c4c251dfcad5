package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Standard output of a command, sent to its client in pieces. Used by the thread of the command. */
final class AnswerOutput implements Appendable {
    /** UTF-8 of a piece fits into a frame. */
    private static final int PIECE_CHARACTERS = Frame.MAX_PAYLOAD_BYTES / TextFile.MAX_BYTES_PER_CHARACTER;

    private final StringBuilder piece = new StringBuilder();
    private final Sender sender;

    /** Sends a piece, and waits while the client does not read. */
    @FunctionalInterface
    interface Sender {
        void send(byte[] utf8) throws IOException;
    }

    AnswerOutput(Sender sender) {
        this.sender = sender;
    }

    @Override
    public Appendable append(@Nullable CharSequence text) throws IOException {
        CharSequence whole = String.valueOf(text);
        return append(whole, 0, whole.length());
    }

    @Override
    public Appendable append(@Nullable CharSequence text, int start, int end) throws IOException {
        CharSequence whole = text == null ? "null" : text;
        for (int at = start; at < end; ) {
            int to = Math.min(end, at + PIECE_CHARACTERS - piece.length());
            piece.append(whole, at, to);
            at = to;
            if (piece.length() == PIECE_CHARACTERS) {
                flush();
            }
        }
        return this;
    }

    @Override
    public Appendable append(char character) throws IOException {
        return append(String.valueOf(character));
    }

    /** Sends what has been appended. */
    void flush() throws IOException {
        if (piece.length() > 0) {
            sender.send(piece.toString().getBytes(StandardCharsets.UTF_8));
            piece.setLength(0);
        }
    }
}
