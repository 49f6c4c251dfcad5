package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.util.List;

/** Executes the command lines of the control socket. Called by several threads. */
interface ControlCommands {
    /** What a command needs. */
    enum Kind {
        /** It only reads. Such commands run beside each other and beside changes. */
        LISTING,
        /** It changes something. Changes are made one at a time, in the order of their arrival. */
        CHANGE,
        /** A change that reads standard input. */
        CHANGE_WITH_INPUT
    }

    /** The kind of a command; cheap. */
    Kind kind(List<String> arguments);

    /**
     * Executes a command.
     *
     * @param input standard input, empty unless the command reads it
     * @param output takes standard output; an append waits while the client does not read
     * @return the rest of the answer
     * @throws IOException if an append has failed
     */
    Answer run(List<String> arguments, byte[] input, Appendable output) throws IOException;
}
