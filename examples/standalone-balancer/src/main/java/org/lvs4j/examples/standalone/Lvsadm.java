package org.lvs4j.examples.standalone;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The administration tool: sends the command line of {@code ipvsadm} to a running daemon. */
public final class Lvsadm {
    private static final int STREAM_BYTES = 64 * 1024;

    private Lvsadm() {}

    /** Runs one command and exits with its exit code. */
    public static void main(String[] arguments) {
        PrintStream output = stream(FileDescriptor.out);
        PrintStream error = stream(FileDescriptor.err);
        int exitCode = run(arguments, SocketPath.ofThisProcess(), System.in, output, error);
        output.flush();
        error.flush();
        if (exitCode == 0 && output.checkError()) {
            exitCode = Answer.FAILURE;
        }
        System.exit(exitCode);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), STREAM_BYTES),
                false,
                StandardCharsets.UTF_8);
    }

    static int run(String[] arguments, Path socket, InputStream input, PrintStream output, PrintStream error) {
        String first = arguments.length == 0 ? "" : arguments[0];
        if (first.equals("-h") || first.equals("--help")) {
            output.print(help());
            return Answer.OK;
        }
        if (first.equals("-v") || first.equals("--version")) {
            output.println("lvsadm " + Version.current());
            return Answer.OK;
        }
        try {
            SocketPath.requireTrustworthy(socket);
            if (!Files.exists(socket)) {
                return fail(error, "no lvsd is listening on " + socket + "; start one with 'lvsd run RULES'");
            }
            return ControlClient.run(socket, arguments, input, output, error);
        } catch (ConnectException | NoRouteToHostException e) {
            return fail(error, "no lvsd is listening on " + socket + "; start one with 'lvsd run RULES'");
        } catch (SocketException e) {
            return fail(error, "cannot communicate with lvsd on " + socket + ": " + e.getMessage());
        } catch (IOException e) {
            return fail(error, "lvsd on " + socket + ": " + e.getMessage());
        }
    }

    private static int fail(PrintStream error, String message) {
        error.println("lvsadm: " + message);
        return Answer.FAILURE;
    }

    static String help() {
        return """
                Usage: lvsadm COMMAND [OPTIONS]

                Administers a running lvsd. The command line is that of ipvsadm 1.31.

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
                  -Z [SERVICE]                  reset the counters
                  --set TCP TCPFIN UDP          set the idle timeouts, in seconds; 0 keeps one
                  -L|-l [SERVICE] [--stats|--rate|--thresholds|--persistent-conn] [--exact] [--nosort]
                                                list services and servers (the command without any option, too)
                  -L -c [--persistent-conn]     list connections
                  -L --timeout                  list the idle timeouts
                  -h, --help                    this text
                  -v, --version                 the version

                SERVICE is -t ADDRESS:PORT, -u ADDRESS:PORT or -f MARK [-6]; SERVER is ADDRESS[:PORT].
                An IPv6 address with a port is in brackets. A port may be a name of /etc/services; with -n ports are
                printed as numbers. Addresses are always numbers.

                LVSD_SOCKET is the path of the daemon's control socket.

                Exit codes: 0 done, 2 wrong usage, 255 the change was refused, 1 anything else.
                """;
    }
}
