package org.lvs4j.examples.webcluster.web;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.lvs4j.examples.webcluster.storage.Database;

/** What the routes share. */
record Tier(
        WebSettings settings,
        IntSupplier httpsPort,
        Database database,
        Sessions sessions,
        Pages pages,
        LongAdder answers) {
    Visit visit(Context context) {
        return new Visit(context, sessions, httpsPort.getAsInt());
    }

    /** A handler that sees a visit. */
    Handler on(Page page) {
        return context -> page.show(visit(context));
    }

    /** A handler for HTTPS only; on HTTP the client is sent there. */
    Handler onHttps(Page page) {
        return context -> {
            Visit visit = visit(context);
            if (visit.secure()) {
                page.show(visit);
            } else {
                visit.redirectToHttps();
            }
        };
    }

    /** Answers a request. */
    @FunctionalInterface
    interface Page {
        void show(Visit visit) throws Exception;
    }
}
