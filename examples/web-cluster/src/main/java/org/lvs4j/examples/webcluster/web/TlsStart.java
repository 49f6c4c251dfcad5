package org.lvs4j.examples.webcluster.web;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how the TLS session of a request's connection began: with a full handshake, or resumed from an earlier one.
 *
 * <p>The JDK's server keeps its TLS sessions in tickets that the clients hold, encrypted with a key of its own. Another
 * server cannot read them, so a client that comes to it makes a full handshake. A session that is older than its
 * connection has been resumed.
 */
final class TlsStart implements HttpConfiguration.Customizer {
    static final String ATTRIBUTE = "shop.tls";
    /** nginx's {@code $ssl_session_reused}: {@code r} or a dot. */
    static final String NGINX_HEADER = "X-TLS-Session-Reused";

    private final boolean behindNginx;

    /** The header of nginx counts only if nobody but nginx can send one. */
    TlsStart(boolean behindNginx) {
        this.behindNginx = behindNginx;
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        String start = behindNginx ? ofNginx(request) : ofConnection(request);
        if (start != null) {
            request.setAttribute(ATTRIBUTE, start);
        }
        return request;
    }

    private static @Nullable String ofNginx(Request request) {
        String reused = request.getHeaders().get(NGINX_HEADER);
        return reused == null || reused.isEmpty() ? null : text(reused.equals("r"));
    }

    private static @Nullable String ofConnection(Request request) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        if (!(endPoint instanceof SslConnection.SslEndPoint tls)) {
            return null;
        }
        long sessionCreated = tls.getSslConnection().getSSLEngine().getSession().getCreationTime();
        return text(sessionCreated < endPoint.getCreatedTimeStamp());
    }

    private static String text(boolean resumed) {
        return resumed ? "resumed" : "new";
    }
}
