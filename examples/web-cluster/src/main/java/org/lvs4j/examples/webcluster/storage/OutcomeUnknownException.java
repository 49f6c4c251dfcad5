package org.lvs4j.examples.webcluster.storage;

/** The connection broke during the commit: the transaction is either complete or has done nothing. */
public final class OutcomeUnknownException extends DatabaseUnavailableException {
    private static final long serialVersionUID = 1;

    OutcomeUnknownException(Throwable cause) {
        super("the connection to the database broke during a commit", cause);
    }
}
