package org.lvs4j.examples.webcluster.web;

import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.lvs4j.examples.webcluster.shop.Account;
import org.lvs4j.examples.webcluster.shop.Basket;
import org.lvs4j.examples.webcluster.shop.Order;
import org.lvs4j.examples.webcluster.shop.Orders;
import org.lvs4j.examples.webcluster.shop.OutOfStockException;

/** The checkout and the orders of a customer. */
final class OrderRoutes {
    private final Tier tier;
    private final Orders orders;

    private OrderRoutes(Tier tier) {
        this.tier = tier;
        orders = new Orders(tier.database());
    }

    static void add(RoutesConfig routes, Tier tier) {
        OrderRoutes order = new OrderRoutes(tier);
        routes.post("/checkout", tier.on(order::checkout));
        routes.get("/orders", tier.on(order::list));
        routes.get("/orders/{id}", tier.on(order::show));
    }

    private void checkout(Visit visit) {
        Account account = visit.account();
        if (account == null) {
            visit.seeOther("/sign-in?next=/basket");
            return;
        }
        UUID token = Forms.uuid(visit.context(), "token");
        Basket basket = visit.basket();
        if (!basket.token().equals(token) || basket.isEmpty()) {
            // The form was sent twice, or the page is older than the basket.
            OptionalLong placed = orders.find(account, token);
            if (placed.isEmpty()) {
                throw new Problem(
                        409,
                        "This basket is gone",
                        "The form belongs to a basket that is not yours any more, so nothing was ordered. Have a look at"
                                + " your basket and order again.");
            }
            visit.seeOther("/orders/" + placed.getAsLong());
            return;
        }
        String shown = Forms.text(visit.context(), "content");
        if (!shown.isEmpty() && !shown.equals(basket.content())) {
            throw new Problem(
                    409,
                    "Your basket has changed",
                    "It holds something else than the page that you have seen, so nothing was ordered. Have a look at your"
                            + " basket and order again.");
        }
        try {
            long id = orders.place(
                    account, token, basket.counts(), tier.settings().name());
            visit.emptyBasket(basket);
            visit.seeOther("/orders/" + id);
        } catch (OutOfStockException e) {
            List<Map<String, Object>> products = e.products().stream()
                    .map(product -> Map.<String, Object>of("name", product.name(), "stock", product.stock()))
                    .toList();
            tier.pages().show(visit, 409, "out-of-stock", "Not enough left", Map.of("products", products));
        }
    }

    private void list(Visit visit) {
        Account account = visit.account();
        if (account == null) {
            visit.seeOther("/sign-in?next=/orders");
            return;
        }
        List<Map<String, Object>> models =
                orders.of(account).stream().map(OrderRoutes::model).toList();
        tier.pages().show(visit, 200, "orders", "Your orders", Map.of("orders", models, "none", models.isEmpty()));
    }

    private void show(Visit visit) {
        Account account = visit.account();
        int id = Forms.number(visit.context().pathParam("id"));
        if (account == null) {
            visit.seeOther("/sign-in?next=/orders" + (id > 0 ? "/" + id : ""));
            return;
        }
        Order order =
                orders.find(account, id).orElseThrow(() -> Problem.notFound("There is no such order among yours."));
        tier.pages().show(visit, 200, "order", "Order " + order.id(), Map.of("order", model(order)));
    }

    private static Map<String, Object> model(Order order) {
        List<Map<String, Object>> lines = order.lines().stream()
                .map(line -> Map.<String, Object>of(
                        "product", line.product(),
                        "name", line.name(),
                        "picture", line.picture(),
                        "count", line.count(),
                        "price", Pages.money((long) line.priceCents() * line.count())))
                .toList();
        return Map.of(
                "id", order.id(),
                "placedAt", Pages.time(order.placedAt()),
                "placedBy", order.placedBy(),
                "total", Pages.money(order.totalCents()),
                "lines", lines);
    }
}
