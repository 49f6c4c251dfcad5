package org.lvs4j.examples.webcluster.web;

import io.javalin.config.RoutesConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lvs4j.examples.webcluster.shop.Basket;
import org.lvs4j.examples.webcluster.shop.Catalogue;
import org.lvs4j.examples.webcluster.shop.Product;

/** The shop window, the products and the basket. */
final class ShopRoutes {
    private static final int FEW = 20;

    private final Tier tier;
    private final Catalogue catalogue;

    private ShopRoutes(Tier tier) {
        this.tier = tier;
        catalogue = new Catalogue(tier.database());
    }

    static void add(RoutesConfig routes, Tier tier) {
        ShopRoutes shop = new ShopRoutes(tier);
        routes.get("/", tier.on(shop::window));
        routes.get("/products/{id}", tier.on(shop::product));
        routes.get("/basket", tier.on(shop::basket));
        routes.post("/basket/add", tier.on(shop::add));
        routes.post("/basket/remove", tier.on(shop::remove));
    }

    private void window(Visit visit) {
        List<Map<String, Object>> products =
                catalogue.all().stream().map(ShopRoutes::model).toList();
        tier.pages().show(visit, 200, "window", "Quay & Lantern", Map.of("products", products));
    }

    private void product(Visit visit) {
        Product product = known(Forms.number(visit.context().pathParam("id")));
        tier.pages().show(visit, 200, "product", product.name(), Map.of("product", model(product)));
    }

    private Product known(int id) {
        return catalogue.find(id).orElseThrow(() -> Problem.notFound("There is no such product in this shop."));
    }

    private static Map<String, Object> model(Product product) {
        return Map.of(
                "id", product.id(),
                "name", product.name(),
                "summary", product.summary(),
                "description", product.description(),
                "picture", product.picture(),
                "price", Pages.money(product.priceCents()),
                "stock", product.stock(),
                "available", product.stock() > 0,
                "few", product.stock() > 0 && product.stock() <= FEW,
                "plenty", product.stock() > FEW);
    }

    private void add(Visit visit) {
        int count = Forms.number(visit.context(), "count", 1);
        if (count < 1 || count > Basket.MAX_COUNT) {
            throw Problem.badRequest("Choose a number from 1 to " + Basket.MAX_COUNT + ".");
        }
        Product product = known(Forms.number(visit.context(), "product", -1));
        if (visit.signedInOverHttps()) {
            visit.seeOtherOnHttps("/products/" + product.id());
            return;
        }
        visit.changeBasket(basket -> basket.plus(product.id(), count));
        visit.seeOther("/basket");
    }

    private void remove(Visit visit) {
        int product = Forms.number(visit.context(), "product", -1);
        if (visit.basket().counts().containsKey(product)) {
            visit.changeBasket(basket -> basket.without(product));
        }
        visit.seeOther("/basket");
    }

    private void basket(Visit visit) {
        Basket basket = visit.basket();
        List<Product> products = basket.isEmpty() ? List.of() : catalogue.all();
        long total = 0;
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Product product : products) {
            int count = basket.counts().getOrDefault(product.id(), 0);
            if (count > 0) {
                total += (long) count * product.priceCents();
                lines.add(Map.of(
                        "product",
                        model(product),
                        "count",
                        count,
                        "tooMany",
                        count > product.stock(),
                        "price",
                        Pages.money((long) count * product.priceCents())));
            }
        }
        tier.pages()
                .show(
                        visit,
                        200,
                        "basket",
                        "Basket",
                        Map.of(
                                "lines", lines,
                                "empty", lines.isEmpty(),
                                "total", Pages.money(total),
                                "token", basket.token().toString(),
                                "content", basket.content(),
                                "signedIn", visit.account() != null));
    }
}
