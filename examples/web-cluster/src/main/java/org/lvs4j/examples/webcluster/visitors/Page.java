package org.lvs4j.examples.webcluster.visitors;

import org.jspecify.annotations.Nullable;

/**
 * An answer of the site.
 *
 * @param server the web server that sent it; empty if it does not tell
 * @param session what the server knows of the visitor's session
 * @param location where a redirection leads, a path; null for none
 */
public record Page(
        int status,
        String server,
        SessionKnowledge session,
        @Nullable String location,
        String body) {
    /** What a server knows of a session. */
    public enum SessionKnowledge {
        /** The visitor had none. */
        NONE,
        /** It is known. */
        KNOWN,
        /** The visitor had one that the server does not know. */
        LOST
    }

    boolean redirected() {
        return status == 303;
    }
}
