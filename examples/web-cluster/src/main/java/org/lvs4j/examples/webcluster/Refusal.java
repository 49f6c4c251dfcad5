package org.lvs4j.examples.webcluster;

/** A request that can not be granted: the HTTP status says of what kind, the message says why. */
final class Refusal extends Exception {
    static final int BAD_REQUEST = 400;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int TOO_LARGE = 413;
    static final int UNAVAILABLE = 503;
    static final int FULL = 507;

    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
