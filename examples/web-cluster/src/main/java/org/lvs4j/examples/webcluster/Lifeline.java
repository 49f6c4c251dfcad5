package org.lvs4j.examples.webcluster;

import java.io.IOException;
import org.lvs4j.net.Endpoint;

/**
 * A child process's end of the bond to its parent. The child says on standard output where it listens. Standard input
 * carries nothing: its end is the word to stop, and comes even if the parent is killed without a chance to say it.
 */
final class Lifeline {
    static final String READY = "ready ";

    private Lifeline() {}

    /** Announces an address, and ends this process once the parent has let go. The cleanup runs on a signal as well. */
    static void hold(Endpoint address, Cleanup cleanup) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> run(cleanup), "stop"));
        System.out.println(READY + address);
        System.out.flush();
        while (System.in.read() >= 0) {
            // Nothing is ever said here.
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

    /** What is left to do at the end. */
    interface Cleanup {
        void run() throws IOException;
    }
}
