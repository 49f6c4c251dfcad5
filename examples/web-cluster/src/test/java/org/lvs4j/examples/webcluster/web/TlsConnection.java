package org.lvs4j.examples.webcluster.web;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** A connection for one request, whose TLS session is offered again to every server. */
final class TlsConnection {
    private static final Pattern START = Pattern.compile("X-TLS: (\\w+)");

    private TlsConnection() {}

    /** What the server says how the TLS session of a new connection began. */
    static String start(SSLContext visitor, int port) throws IOException {
        try (Socket connection = new Socket("127.0.0.1", port);
                Socket tls = visitor.getSocketFactory().createSocket(connection, "localhost", 443, true)) {
            tls.getOutputStream()
                    .write("GET /server HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher start = START.matcher(answer);
            if (!start.find()) {
                throw new IOException("the answer does not say how TLS began: " + answer);
            }
            return start.group(1);
        }
    }
}
