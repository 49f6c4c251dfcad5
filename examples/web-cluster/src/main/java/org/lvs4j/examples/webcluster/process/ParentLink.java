package org.lvs4j.examples.webcluster.process;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * The protocol between a child process and its parent. The child prints a line on standard output when it serves. The
 * end of its standard input is the request to stop; it also arrives if the parent is killed.
 */
public final class ParentLink {
    static final String READY = "ready ";

    private ParentLink() {}

    /**
     * Prints {@code ready TEXT}, waits for the request to stop, and exits. The cleanup also runs if a signal ends this
     * process.
     */
    public static void serve(String text, Cleanup cleanup) throws IOException {
        cleanAtExit(cleanup);
        System.out.println(READY + text);
        System.out.flush();
        while (System.in.read() >= 0) {
            // The parent writes nothing.
        }
        System.exit(0);
    }

    /** Without a parent: waits for a signal. SIGTERM and SIGINT end the process with status 0 after the cleanup. */
    public static void serveUntilSignal(Cleanup cleanup) throws InterruptedException {
        cleanAtExit(cleanup);
        new CountDownLatch(1).await();
    }

    private static void cleanAtExit(Cleanup cleanup) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                cleanup.run();
                                // Otherwise the status would be 128 + the number of the signal.
                                Runtime.getRuntime().halt(0);
                            } catch (IOException | RuntimeException e) {
                                System.err.println(e.getMessage());
                                Runtime.getRuntime().halt(1);
                            }
                        },
                        "stop"));
    }

    /** Releases resources at the end of the process. */
    @FunctionalInterface
    public interface Cleanup {
        /** Releases them. */
        void run() throws IOException;
    }
}
