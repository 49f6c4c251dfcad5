package org.lvs4j.netty;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;

/** What the lines of an access log are written to. Belongs to the writer's thread. */
interface AccessLogTarget {
    /**
     * Begins another file if this one would become too large, before lines are written, and before they are tried again.
     * If that fails, the old one can still be written.
     *
     * @param bytes how many follow
     */
    void rotate(int bytes) throws IOException;

    /**
     * Makes the target ready for lines, after {@link #rotate}.
     *
     * @return whether it is another file than that of the call before, which does not have the beginning of a line
     */
    boolean prepare() throws IOException;

    /** Writes what remains, or a part of it. */
    void write(ByteBuffer lines) throws IOException;

    /** Opens the file anew; the old one is kept if that fails. */
    void reopen() throws IOException;

    /** Closes the target. */
    void close() throws IOException;

    /** A stream, which is not closed. */
    static AccessLogTarget of(OutputStream stream) {
        WritableByteChannel channel = Channels.newChannel(stream);
        return new AccessLogTarget() {
            @Override
            public void rotate(int bytes) {
                // A stream has no size.
            }

            @Override
            public boolean prepare() {
                return false;
            }

            @Override
            public void write(ByteBuffer lines) throws IOException {
                channel.write(lines);
                stream.flush();
            }

            @Override
            public void reopen() {
                // There is nothing to open.
            }

            @Override
            public void close() throws IOException {
                stream.flush();
            }

            @Override
            public String toString() {
                return "the stream of the access log";
            }
        };
    }
}
