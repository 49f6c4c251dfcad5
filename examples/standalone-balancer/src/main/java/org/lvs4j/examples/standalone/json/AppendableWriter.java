package org.lvs4j.examples.standalone.json;

import java.io.IOException;
import java.io.Writer;
import java.nio.CharBuffer;

/** A writer into the output of a command. Closing does nothing. Not thread-safe. */
final class AppendableWriter extends Writer {
    private final Appendable output;

    AppendableWriter(Appendable output) {
        this.output = output;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        output.append(CharBuffer.wrap(text, offset, length));
    }

    @Override
    public void flush() {
        // Nothing is kept here.
    }

    @Override
    public void close() {
        // The output is not ours to close.
    }
}
