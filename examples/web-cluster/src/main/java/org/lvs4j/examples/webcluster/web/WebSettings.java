package org.lvs4j.examples.webcluster.web;

import java.nio.file.Path;

/**
 * What a web server is told.
 *
 * @param http the port of HTTP; 0 for a free one
 * @param https the port of HTTPS; 0 for a free one
 * @param publicHttps the port of HTTPS that clients use, for redirects; 0 for that of this server
 * @param files the directory that is served under {@code /files/}
 * @param certificate a PKCS#12 file, with its password beside it
 * @param rate the most requests a second; 0 for as many as come
 */
public record WebSettings(
        String name,
        String address,
        int http,
        int https,
        int publicHttps,
        Path files,
        Path certificate,
        SessionStore sessions,
        Kind kind,
        int rate) {

    /** Where sessions are kept. */
    public enum SessionStore {
        /** In the memory of the server: no other server knows them, and they end with its process. */
        memory,
        /** In the database: every server knows them. */
        database
    }

    /** What listens. */
    public enum Kind {
        /** The JVM. */
        jvm,
        /** An nginx, which serves the files itself and passes the rest to the JVM. */
        nginx
    }
}
