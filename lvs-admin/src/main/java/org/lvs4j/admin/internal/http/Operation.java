package org.lvs4j.admin.internal.http;

/** What a request asks for. */
@FunctionalInterface
public interface Operation {
    /**
     * Answers a request.
     *
     * @throws Problem if it is refused
     */
    Response answer(Request request) throws Problem;
}
