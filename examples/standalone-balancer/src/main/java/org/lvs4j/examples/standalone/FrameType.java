package org.lvs4j.examples.standalone;

import org.jspecify.annotations.Nullable;

/** The types of frames on the control socket. The tool sends first; a connection carries one command, or a takeover. */
enum FrameType {
    /** Tool: the version of the protocol, as text. The first frame. */
    HELLO('H'),
    /** Tool: one argument of the command line. */
    ARGUMENT('A'),
    /** Tool: the command line is complete. */
    RUN('R'),
    /** Daemon: requests the size of standard input. */
    INPUT_WANTED('W'),
    /** Tool: the size of standard input, eight bytes. */
    INPUT_SIZE('S'),
    /** Daemon: it has memory for standard input, which the tool sends now. */
    INPUT_GRANTED('G'),
    /** Tool: a piece of standard input. */
    INPUT('I'),
    /** Tool: the end of standard input. */
    INPUT_END('Z'),
    /** Daemon: the command waits for others or is being executed. */
    WAIT('K'),
    /** Daemon: a piece of standard output. */
    OUTPUT('O'),
    /** Daemon: a piece of standard error. */
    ERROR('E'),
    /** Daemon: the exit code, one byte. The last frame. */
    EXIT('X'),

    // Of a takeover, where the tool is a new daemon.

    /** Daemon: the path of the socket that passes the listening sockets on. */
    TRANSFER('T'),
    /** Daemon: the number of listening sockets that have been passed on, four bytes. */
    TRANSFERRED('N'),
    /** New daemon: it has the services and asks for the state. */
    STATE_WANTED('Q'),
    /** Daemon: a piece of the state. */
    STATE('B'),
    /** Daemon: the end of the state. */
    STATE_END('F'),
    /** New daemon: it serves. */
    SERVING('V'),
    /** Daemon: it has released the path of the control socket, and drains. The state of the end follows. */
    RELEASED('D'),
    /** New daemon: its control socket is at that path. Its last frame. */
    MOVED('M');

    private static final FrameType[] ALL = values();

    private final byte code;

    FrameType(char code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static @Nullable FrameType of(byte code) {
        for (FrameType type : ALL) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
