package org.lvs4j.examples.webcluster;

import java.io.IOException;
import org.lvs4j.net.Endpoint;

/**
 * The protocol between a child process and its parent. The child prints its address on standard output when it listens.
 * The end of its standard input is the request to stop; it also arrives if the parent is killed.
 */
final class ParentLink {
    static final String READY = "ready ";

    private ParentLink() {}

    /**
     * Prints the address, waits for the request to stop, and exits. The cleanup also runs if a signal
     * ends this process.
     */
    static void serve(Endpoint address, Cleanup cleanup) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> run(cleanup), "stop"));
        System.out.println(READY + address);
        System.out.flush();
        while (System.in.read() >= 0) {
            // The parent writes nothing.
        }
        System.exit(0);
    }

    private static void run(Cleanup cleanup) {
        try {
            cleanup.run();
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    /** Releases resources at the end of the process. */
    interface Cleanup {
        void run() throws IOException;
    }
}
