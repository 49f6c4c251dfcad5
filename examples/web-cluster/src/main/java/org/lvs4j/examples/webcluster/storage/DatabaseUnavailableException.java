package org.lvs4j.examples.webcluster.storage;

/** The database cannot be reached, or did not answer in time. Nothing that the transaction did is kept. */
public class DatabaseUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The cause is for the log: its text may name hosts. */
    public DatabaseUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
