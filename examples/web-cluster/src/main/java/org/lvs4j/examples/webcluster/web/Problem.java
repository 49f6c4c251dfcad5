package org.lvs4j.examples.webcluster.web;

/** Why a request is not answered with what it asked for, as the page says it. Its cause is the client. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String title;

    Problem(int status, String title, String text) {
        super(text, null, false, false);
        this.status = status;
        this.title = title;
    }

    static Problem badRequest(String text) {
        return new Problem(400, "That did not work", text);
    }

    static Problem notFound(String text) {
        return new Problem(404, "Page not found", text);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
