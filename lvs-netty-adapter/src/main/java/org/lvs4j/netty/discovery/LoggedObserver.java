package org.lvs4j.netty.discovery;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.slf4j.Logger;

/**
 * Logs what keeps the servers as they are: that the source fails, or the observer refuses its servers, one line for each
 * reason until it works again. Used by one thread.
 */
final class LoggedObserver implements ServerSource.Observer {
    private final ServerSource.Observer observer;
    private final String source;
    private final Logger logger;
    private @Nullable String logged;

    /** Passes everything on to an observer. The source is named in each line. */
    LoggedObserver(ServerSource.Observer observer, String source, Logger logger) {
        this.observer = observer;
        this.source = source;
        this.logger = logger;
    }

    @Override
    public void found(Collection<FoundServer> servers) {
        try {
            observer.found(servers);
        } catch (RuntimeException e) {
            log("{}: the servers found are refused: {}", e);
            throw e;
        }
        if (logged != null) {
            logged = null;
            logger.info("{}: servers are found again", source);
        }
    }

    @Override
    public void failed(Throwable cause) {
        log("{}: {}; the servers found last stay", cause);
        observer.failed(cause);
    }

    private void log(String line, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (!reason.equals(logged)) {
            logged = reason;
            logger.warn(line, source, reason);
        }
    }
}
