package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program with a control server whose process has used up its descriptors, or its direct memory. Its commands answer
 * with {@value #ANSWER_CHARACTERS} characters. Arguments: the path of the socket, and {@code descriptors} or
 * {@code memory}. Prints a line when it is short, and ends with its input.
 */
final class ShortControlServer {
    static final int ANSWER_CHARACTERS = 200_000;

    private static final int PIECE_BYTES = 4096;

    private ShortControlServer() {}

    public static void main(String[] arguments) throws IOException {
        Path path = Path.of(arguments[0]);
        ControlServer server =
                ControlServer.start(ControlSocket.claim(path), new LongAnswers(), ControlServer.Limits.DEFAULT);
        try {
            // Loads the classes, which takes descriptors. A short command line and a short answer need little memory.
            call(path, "short");
            List<Object> taken = new ArrayList<>();
            if (arguments[1].equals("descriptors")) {
                takeDescriptors(taken);
            } else {
                takeMemory(taken);
            }
            System.out.println("short of " + arguments[1]);
            System.in.read();
            taken.clear();
        } finally {
            server.close();
        }
    }

    private static void call(Path path, String argument) {
        Lvsadm.run(
                new String[] {argument},
                path,
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                new PrintStream(new ByteArrayOutputStream(), true, UTF_8));
    }

    private static void takeDescriptors(List<Object> taken) {
        try {
            while (true) {
                taken.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // The limit has been reached.
        }
    }

    private static void takeMemory(List<Object> taken) {
        try {
            while (true) {
                taken.add(ByteBuffer.allocateDirect(PIECE_BYTES));
            }
        } catch (OutOfMemoryError e) {
            // The limit has been reached.
        }
    }

    private static final class LongAnswers implements ControlCommands {
        @Override
        public Kind kind(List<String> arguments) {
            return Kind.LISTING;
        }

        @Override
        public Answer run(List<String> arguments, byte[] input, Appendable output) throws IOException {
            output.append("x".repeat(arguments.contains("short") ? 1 : ANSWER_CHARACTERS));
            return Answer.ok("");
        }
    }
}
