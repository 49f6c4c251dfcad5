package org.lvs4j.admin.internal.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.DirectorException;
import org.lvs4j.ServiceEdit;
import org.lvs4j.admin.AdminControl;
import org.lvs4j.admin.AdminException;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the changes that clients ask for: tells why one is refused, and logs each with its origin. */
final class Changes {
    private static final Logger LOGGER = LoggerFactory.getLogger(Changes.class);
    private static final int MAX_LOGGED = 100;

    private final AdminControl control;

    Changes(AdminControl control) {
        this.control = control;
    }

    /** Does something that may be refused. */
    @FunctionalInterface
    interface Change<T> {
        T make() throws Problem;
    }

    /**
     * Makes a service what an edit makes of it.
     *
     * @throws Problem of the edit, or why it is refused
     */
    List<ConfigurationChange> change(Request request, ServiceKey key, ServiceEdit<Problem> edit) throws Problem {
        List<ConfigurationChange> made = guarded(() -> control.change(key, edit));
        if (!made.isEmpty()) {
            log(request, made.stream().map(Changes::print).toList());
        }
        return made;
    }

    /**
     * Reads the configuration again.
     *
     * @throws Problem why it is refused
     */
    List<String> reload(Request request) throws Problem {
        List<String> lines = guarded(control::reload);
        log(request, lines);
        return lines;
    }

    /**
     * Does something that the director or its surroundings may refuse.
     *
     * @throws Problem why
     */
    <T> T guarded(Change<T> change) throws Problem {
        try {
            return change.make();
        } catch (DirectorException e) {
            throw new Problem(
                    switch (e.reason()) {
                        case NO_SUCH_SERVICE, NO_SUCH_SERVER -> HttpResponseStatus.NOT_FOUND;
                        case SERVICE_EXISTS, SERVER_EXISTS -> HttpResponseStatus.CONFLICT;
                        case NO_SUCH_SCHEDULER, NO_SUCH_ENGINE, INVALID -> HttpResponseStatus.UNPROCESSABLE_ENTITY;
                    },
                    String.valueOf(e.getMessage()));
        } catch (AdminException | IllegalArgumentException e) {
            throw new Problem(HttpResponseStatus.UNPROCESSABLE_ENTITY, String.valueOf(e.getMessage()));
        } catch (UnsupportedOperationException e) {
            throw new Problem(HttpResponseStatus.NOT_IMPLEMENTED, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            throw new Problem(HttpResponseStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    /** Logs what a client has done. */
    void log(Request request, List<String> lines) {
        String more = lines.size() > MAX_LOGGED ? "; and " + (lines.size() - MAX_LOGGED) + " more" : "";
        LOGGER.info(
                "admin {}: {} {}: {}{}",
                request.origin(),
                request.method(),
                request.printablePath(),
                lines.isEmpty()
                        ? "nothing has changed"
                        : String.join("; ", lines.subList(0, Math.min(lines.size(), MAX_LOGGED))),
                more);
    }

    private static String print(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            return "+ " + added.service() + " with " + added.servers().size() + " servers";
        } else if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return "~ " + edited.after();
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            return "- " + removed.service();
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            return "+ " + added.service() + " -> " + added.server();
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            return "~ " + edited.service() + " -> " + edited.after() + " (was "
                    + edited.before().weight() + ")";
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            return "- " + removed.service() + " -> " + removed.endpoint();
        }
        return String.valueOf(change);
    }
}
