package org.lvs4j.examples.webcluster.web;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.javalin.config.RoutesConfig;
import jakarta.servlet.http.HttpSession;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.examples.webcluster.shop.Account;

/** What a person or a program wants to know about the server that answers. */
final class ServerRoutes {
    private static final Gson JSON = new GsonBuilder().serializeNulls().create();

    private final Tier tier;

    private ServerRoutes(Tier tier) {
        this.tier = tier;
    }

    static void add(RoutesConfig routes, Tier tier) {
        ServerRoutes server = new ServerRoutes(tier);
        routes.get("/server", tier.on(server::page));
        routes.get("/api/me", tier.on(server::me));
        routes.get("/health", context -> context.result(tier.settings().name() + " ok\n"));
        asset(routes, "shop.css", "text/css; charset=utf-8");
        asset(routes, "icon.svg", "image/svg+xml");
        asset(routes, "harbour.svg", "image/svg+xml");
    }

    private static void asset(RoutesConfig routes, String name, String type) {
        byte[] content = Pages.resource("assets/" + name);
        routes.get(
                "/assets/" + name,
                context -> context.contentType(type)
                        .header("Cache-Control", "max-age=3600")
                        .result(content));
    }

    private void page(Visit visit) {
        HttpSession session = visit.session();
        Map<String, Object> model = new HashMap<>();
        model.put("name", tier.settings().name());
        model.put("kind", tier.settings().kind() == WebSettings.Kind.nginx ? "nginx and JVM" : "JVM");
        model.put("pid", Long.toString(ProcessHandle.current().pid()));
        model.put("java", Runtime.version().toString());
        model.put(
                "uptime",
                text(Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime())));
        model.put("client", visit.context().ip());
        model.put("sessions", Long.toString(tier.sessions().count()));
        model.put("sharedSessions", tier.settings().sessions() == WebSettings.SessionStore.database);
        model.put("answers", Long.toString(tier.answers().sum()));
        model.put("tls", Pages.orFalse(visit.tls()));
        model.put("resumed", "resumed".equals(visit.tls()));
        model.put("cipher", Pages.orFalse(visit.request().getAttribute("jakarta.servlet.request.cipher_suite")));
        model.put(
                "since",
                session == null
                        ? false
                        : Pages.time(
                                Instant.ofEpochMilli(session.getCreationTime()).atOffset(ZoneOffset.UTC)));
        tier.pages().show(visit, 200, "server", "This server", model);
    }

    private static String text(Duration time) {
        return time.toHours() > 0
                ? time.toHours() + " h " + time.toMinutesPart() + " min"
                : time.toMinutes() > 0
                        ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                        : time.toSeconds() + " s";
    }

    private void me(Visit visit) {
        Account account = visit.account();
        List<Map<String, Integer>> basket = visit.basket().counts().entrySet().stream()
                .map(line -> Map.of("product", line.getKey(), "count", line.getValue()))
                .toList();
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("server", tier.settings().name());
        me.put("session", visit.sessionState());
        me.put("tls", visit.tls());
        me.put("user", account == null ? null : account.name());
        me.put("basket", basket);
        me.put("sessions", tier.sessions().count());
        visit.context()
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .result(JSON.toJson(me));
    }
}
