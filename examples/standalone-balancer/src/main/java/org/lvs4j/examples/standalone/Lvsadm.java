package org.lvs4j.examples.standalone;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.LvsdClient;
import org.lvs4j.examples.standalone.top.TopCommand;

/** The administration tool: sends the command line of {@code ipvsadm} to a running daemon. */
public final class Lvsadm {
    private static final int STREAM_BYTES = 64 * 1024;

    private static final String START = "start one with 'lvsd run FILE'";

    private Lvsadm() {}

    /** Runs one command and exits with its exit code. */
    public static void main(String[] arguments) {
        OutputStream output = stream(FileDescriptor.out);
        PrintStream error = new PrintStream(stream(FileDescriptor.err), false, StandardCharsets.UTF_8);
        int exitCode;
        try {
            exitCode = run(arguments, SocketPath.ofThisProcess(), System.in, output, error);
        } catch (IOException | OutOfMemoryError e) {
            exitCode = fail(error, Reason.of(e));
        }
        error.flush();
        System.exit(exitCode);
    }

    private static OutputStream stream(FileDescriptor descriptor) {
        return new BufferedOutputStream(new FileOutputStream(descriptor), STREAM_BYTES);
    }

    static int run(String[] arguments, Path socket, InputStream input, OutputStream output, PrintStream error) {
        try {
            int exitCode = execute(arguments, socket, input, output, error);
            flush(output);
            return exitCode;
        } catch (ControlClient.OutputException e) {
            return unwritten(error, e);
        } catch (SocketTimeoutException e) {
            return fail(error, "lvsd on " + socket + " does not answer: " + e.getMessage());
        } catch (IOException e) {
            return fail(error, "lvsd on " + socket + ": " + Reason.of(e));
        }
    }

    /** A reader that has seen enough, such as head, is no error worth a message. */
    private static int unwritten(PrintStream error, IOException e) {
        String reason = String.valueOf(e.getMessage());
        return reason.equals("Broken pipe")
                ? Answer.FAILURE
                : fail(error, "standard output cannot be written: " + reason);
    }

    private static int execute(
            String[] arguments, Path socket, InputStream input, OutputStream output, PrintStream error)
            throws IOException {
        String first = arguments.length == 0 ? "" : arguments[0];
        if (first.equals("-h") || first.equals("--help")) {
            return print(output, help());
        } else if (first.equals("-v") || first.equals("--version")) {
            return print(output, "lvsadm " + Version.current() + "\n");
        }
        String usage = Usage.of(Arrays.asList(arguments));
        if (usage != null) {
            return print(output, usage);
        }
        if (TopCommand.accepts(Arrays.asList(arguments))) {
            return top(arguments, socket, output, error);
        }
        String problem = unusable(socket);
        if (problem != null) {
            return fail(error, problem);
        }
        try {
            return DrainWait.accepts(arguments)
                    ? DrainWait.run(socket, arguments, output, error)
                    : ControlClient.run(socket, arguments, input, output, error);
        } catch (ConnectException e) {
            return fail(error, leftOver(socket));
        }
    }

    private static String leftOver(Path socket) {
        return "no lvsd is listening on " + socket + " any more: the socket is left over; " + START
                + ", which replaces it";
    }

    /** Shows a daemon that may go and come back: each command looks for it anew. */
    private static int top(String[] arguments, Path socket, OutputStream output, PrintStream error) throws IOException {
        LvsdClient lvsd = (command, answer, failure) -> {
            String problem = unusable(socket);
            if (problem != null) {
                throw new IOException(problem);
            }
            try {
                return ControlClient.run(
                        socket, command.toArray(String[]::new), InputStream.nullInputStream(), answer, failure);
            } catch (ConnectException e) {
                throw new IOException(leftOver(socket), e);
            } catch (IOException e) {
                throw new IOException("lvsd on " + socket + ": " + Reason.of(e), e);
            }
        };
        TopCommand command;
        try {
            command = TopCommand.parse(Arrays.asList(arguments));
        } catch (IllegalArgumentException e) {
            error.println("lvsadm top: " + e.getMessage() + "\nTry 'lvsadm top --help' for more information.");
            return Answer.USAGE;
        }
        if (command.isLive()) {
            try {
                return command.live(lvsd);
            } catch (IOException e) {
                return fail(error, String.valueOf(e.getMessage()));
            }
        }
        StringBuilder picture = new StringBuilder();
        String problem = command.once(lvsd, picture);
        return problem == null ? print(output, picture.toString()) : fail(error, problem);
    }

    private static int print(OutputStream output, String text) throws IOException {
        try {
            output.write(text.getBytes(StandardCharsets.UTF_8));
            return Answer.OK;
        } catch (IOException e) {
            throw new ControlClient.OutputException(e);
        }
    }

    private static void flush(OutputStream output) throws IOException {
        try {
            output.flush();
        } catch (IOException e) {
            throw new ControlClient.OutputException(e);
        }
    }

    /** The reason why a socket cannot be connected to, or null if there is none in sight. */
    private static @Nullable String unusable(Path socket) throws IOException {
        SocketPath.requireShort(socket, 0);
        try {
            if (!SocketPath.isSocket(socket)) {
                return socket + " is not a socket; set " + SocketPath.VARIABLE + " to the control socket of lvsd";
            }
            TrustedPath.requireForTool(socket);
            return Files.isWritable(socket) ? null : forbidden(socket);
        } catch (NoSuchFileException e) {
            return "no lvsd is listening on " + socket + ": there is no such socket; " + START + ", or set "
                    + SocketPath.VARIABLE + " to its control socket";
        } catch (AccessDeniedException e) {
            return forbidden(socket);
        }
    }

    private static String forbidden(Path socket) {
        return socket + ": permission denied: the control socket is for the user who runs lvsd, and for root";
    }

    private static int fail(PrintStream error, String message) {
        error.println("lvsadm: " + message);
        return Answer.FAILURE;
    }

    static String help() {
        return """
                Usage: lvsadm COMMAND [OPTIONS]

                Administers a running lvsd. The command line is that of ipvsadm 1.31, and some commands and options more.

                Commands
                  -A|-E SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M MASK] [--pe ENGINE] [-b FLAGS] [-o]
                                                add or edit a virtual service
                  -D SERVICE                    delete a virtual service
                  -a|-e SERVICE -r SERVER -m [-w WEIGHT] [-x UPPER] [-y LOWER]
                                                add or edit a real server; -w 0 quiesces it
                  -d SERVICE -r SERVER          delete a real server
                  -C                            delete everything
                  -S [-n]                       print the rules
                  -R                            execute the rules on standard input: all of them or, on an error, none
                  --replace                     replace all rules by those on standard input, or none
                  -Z [SERVICE]                  reset the counters
                  --set TCP TCPFIN UDP          set the idle timeouts, in seconds; 0 keeps one
                  -L|-l [SERVICE] [--stats|--rate|--thresholds|--persistent-conn] [--exact] [--nosort]
                                                list services and servers (the command without any option, too)
                  -L -c [--persistent-conn]     list connections
                  -L --timeout                  list the idle timeouts
                  -L ... --json                 the same as JSON, with the figures of all columns
                  drain SERVER [SERVICE] [--deadline TIME] [--pacing TIME] [--wait]
                                                keep new connections away, close idle ones, end the others by the deadline
                  drain --list                  list the servers that are drained
                  drain --abort SERVER [SERVICE]
                                                give a drained server its weight again
                  end SERVER [SERVICE] [--over TIME]
                                                end the connections that a server has now
                  health [--down]               list services, servers and checks with their state, its reason and its age
                  top [--once] [--interval TIME]
                                                show what lvsd does, live in a terminal, and drain servers there
                  reload                        read the file of lvsd again, and print what has changed
                  -h, --help                    this text
                  -v, --version                 the version

                SERVICE is -t ADDRESS:PORT, -u ADDRESS:PORT or -f MARK [-6]; SERVER is ADDRESS[:PORT].
                An IPv6 address with a port is in brackets. A port may be a name of /etc/services; with -n ports are
                printed as numbers. Addresses are always numbers. drain and end take a server in every service that contains it,
                and without a port all of its ports. lvsadm drain --help tells more; so do those of end, health,
                reload and top.

                LVSD_SOCKET is the path of the daemon's control socket.

                Exit codes: 0 done, 2 wrong usage, 3 reload: an error in the file, 255 the change was refused, 1 anything else.
                """;
    }
}
