package org.lvs4j.examples.webcluster.web;

import io.javalin.config.RoutesConfig;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.shop.Account;
import org.lvs4j.examples.webcluster.shop.Accounts;

/** Signing in and out, over HTTPS only. */
final class AccountRoutes {
    private final Tier tier;
    private final Accounts accounts;

    private AccountRoutes(Tier tier) {
        this.tier = tier;
        accounts = new Accounts(tier.database());
    }

    static void add(RoutesConfig routes, Tier tier) {
        AccountRoutes account = new AccountRoutes(tier);
        routes.get("/sign-in", tier.onHttps(visit -> account.form(visit, "sign-in", 200, null)));
        routes.get("/sign-up", tier.onHttps(visit -> account.form(visit, "sign-up", 200, null)));
        routes.post("/sign-in", tier.onHttps(account::signIn));
        routes.post("/sign-up", tier.onHttps(account::signUp));
        routes.post("/sign-out", tier.on(account::signOut));
    }

    private void form(Visit visit, String page, int status, @Nullable String problem) {
        boolean sent = visit.context().method().name().equals("POST");
        String next =
                sent ? Forms.text(visit.context(), "next") : visit.context().queryParam("next");
        String name = sent ? Forms.text(visit.context(), "name") : "";
        tier.pages()
                .show(
                        visit,
                        status,
                        page,
                        page.equals("sign-in") ? "Sign in" : "Sign up",
                        Map.of(
                                "next", Forms.localPath(next),
                                "name", name.length() > 40 ? "" : name,
                                "problem", Pages.orFalse(problem)));
    }

    private void signIn(Visit visit) {
        Optional<Account> account =
                accounts.signIn(Forms.text(visit.context(), "name").strip(), Forms.text(visit.context(), "password"));
        if (account.isEmpty()) {
            form(visit, "sign-in", 401, "There is no account with this name and password.");
            return;
        }
        visit.signIn(account.get());
        visit.seeOther(Forms.localPath(Forms.text(visit.context(), "next")));
    }

    private void signUp(Visit visit) {
        String name = Forms.text(visit.context(), "name").strip();
        String password = Forms.text(visit.context(), "password");
        String problem = Accounts.problem(name, password);
        if (problem != null) {
            form(visit, "sign-up", 400, problem);
            return;
        }
        Optional<Account> account = accounts.signUp(name, password);
        if (account.isEmpty()) {
            form(visit, "sign-up", 409, "This name is taken.");
            return;
        }
        visit.signIn(account.get());
        visit.seeOther(Forms.localPath(Forms.text(visit.context(), "next")));
    }

    private void signOut(Visit visit) {
        visit.signOut();
        visit.seeOther("/");
    }
}
