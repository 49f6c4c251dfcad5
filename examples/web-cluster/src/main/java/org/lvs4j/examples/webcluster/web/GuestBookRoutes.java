package org.lvs4j.examples.webcluster.web;

import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.Map;
import org.lvs4j.examples.webcluster.shop.Account;
import org.lvs4j.examples.webcluster.shop.GuestBook;

/** The guest book. */
final class GuestBookRoutes {
    private static final int PAGE = 20;

    private final Tier tier;
    private final GuestBook guestBook;

    private GuestBookRoutes(Tier tier) {
        this.tier = tier;
        guestBook = new GuestBook(tier.database());
    }

    static void add(RoutesConfig routes, Tier tier) {
        GuestBookRoutes book = new GuestBookRoutes(tier);
        routes.get("/guest-book", tier.on(book::read));
        routes.post("/guest-book", tier.on(book::write));
    }

    private void read(Visit visit) {
        String before = visit.context().queryParam("before");
        int limit = before == null ? Integer.MAX_VALUE : Forms.number(before);
        if (limit < 0) {
            throw Problem.badRequest("There is no such page of the guest book.");
        }
        List<GuestBook.Entry> entries = guestBook.read(limit, PAGE + 1);
        boolean more = entries.size() > PAGE;
        List<GuestBook.Entry> shown = more ? entries.subList(0, PAGE) : entries;
        List<Map<String, Object>> models = shown.stream()
                .map(entry -> Map.<String, Object>of(
                        "author", entry.author(),
                        "message", entry.message(),
                        "writtenAt", Pages.time(entry.writtenAt())))
                .toList();
        tier.pages()
                .show(
                        visit,
                        200,
                        "guest-book",
                        "Guest book",
                        Map.of(
                                "entries",
                                models,
                                "none",
                                models.isEmpty(),
                                "maxLength",
                                GuestBook.MAX_LENGTH,
                                "older",
                                more ? shown.get(PAGE - 1).id() : false));
    }

    private void write(Visit visit) {
        String message = Forms.lines(visit.context(), "text");
        if (message.isEmpty()) {
            throw Problem.badRequest("Write something first.");
        }
        if (message.length() > GuestBook.MAX_LENGTH) {
            throw Problem.badRequest("An entry has " + GuestBook.MAX_LENGTH + " characters at most.");
        }
        Account account = visit.account();
        guestBook.write(account == null ? "A visitor" : account.name(), message);
        visit.seeOther("/guest-book");
    }
}
