package org.lvs4j.examples.webcluster;

/** A refused request: the HTTP status of the reply, and the reason as message. */
final class HttpException extends Exception {
    static final int BAD_REQUEST = 400;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int TOO_LARGE = 413;
    static final int UNAVAILABLE = 503;
    static final int FULL = 507;

    private static final long serialVersionUID = 1;

    private final int status;

    HttpException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
