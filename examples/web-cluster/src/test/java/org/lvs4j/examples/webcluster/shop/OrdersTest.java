package org.lvs4j.examples.webcluster.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseFixture;

class OrdersTest {
    /** Of which there are twelve. */
    private static final int SCARCE = 12;

    private final String url = DatabaseFixture.inMemory();
    private final Database database = DatabaseFixture.open(url);
    private final Orders orders = new Orders(database);
    private final Catalogue catalogue = new Catalogue(database);
    private final Account ann =
            new Accounts(database).signUp("Ann", "long enough").orElseThrow();

    @AfterEach
    void close() {
        database.close();
    }

    private int stock(int product) {
        return catalogue.find(product).orElseThrow().stock();
    }

    @Test
    void place_twoProducts_stockTakenAndOrderFound() throws OutOfStockException {
        int mugs = stock(2);

        long id = orders.place(ann, UUID.randomUUID(), Map.of(2, 3, SCARCE, 1), "web1");

        assertThat(stock(2)).isEqualTo(mugs - 3);
        assertThat(stock(SCARCE)).isEqualTo(11);
        Order order = orders.find(ann, id).orElseThrow();
        assertThat(order.placedBy()).isEqualTo("web1");
        assertThat(order.totalCents()).isEqualTo(3 * 1450 + 14800);
        assertThat(order.lines()).extracting(Order.Line::product).containsExactly(2, SCARCE);
        assertThat(orders.of(ann)).extracting(Order::id).containsExactly(id);
    }

    @Test
    void place_oneProductTooFew_nothingOrdered() {
        int mugs = stock(2);

        assertThatThrownBy(() -> orders.place(ann, UUID.randomUUID(), Map.of(2, 1, SCARCE, 13), "web1"))
                .isInstanceOfSatisfying(
                        OutOfStockException.class,
                        e -> assertThat(e.products()).extracting(Product::id).containsExactly(SCARCE));

        assertThat(stock(2)).isEqualTo(mugs);
        assertThat(stock(SCARCE)).isEqualTo(12);
        assertThat(orders.of(ann)).isEmpty();
    }

    @Test
    void place_sameToken_oneOrder() throws OutOfStockException {
        UUID token = UUID.randomUUID();

        long first = orders.place(ann, token, Map.of(SCARCE, 2), "web1");
        long second = orders.place(ann, token, Map.of(SCARCE, 2), "web2");

        assertThat(second).isEqualTo(first);
        assertThat(stock(SCARCE)).isEqualTo(10);
    }

    @Test
    void place_sameTokenOtherProductsAtTheSameTime_oneOrder() throws Exception {
        UUID token = UUID.randomUUID();

        List<Long> ids = atTheSameTime(List.of(
                () -> orders.place(ann, token, Map.of(1, 1), "web1"),
                () -> orders.place(ann, token, Map.of(2, 1), "web2")));

        assertThat(ids.get(0)).isEqualTo(ids.get(1));
        assertThat(orders.of(ann)).hasSize(1);
        assertThat(stock(1) + stock(2)).isEqualTo(2999);
    }

    @Test
    void find_orderOfAnotherCustomer_empty() throws OutOfStockException {
        Account bob = new Accounts(database).signUp("Bob", "long enough").orElseThrow();
        UUID token = UUID.randomUUID();
        long id = orders.place(ann, token, Map.of(1, 1), "web1");

        assertThat(orders.find(bob, id)).isEmpty();
        assertThat(orders.find(bob, token)).isEmpty();
    }

    @Test
    void place_manyAtTwoServers_exactlyTheStockIsSold() throws Exception {
        try (Database other = DatabaseFixture.open(url)) {
            Orders elsewhere = new Orders(other);
            List<Callable<Long>> visitors = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Orders server = i % 2 == 0 ? orders : elsewhere;
                // The products in both orders: locks are taken in the order of the ids all the same.
                Map<Integer, Integer> basket = Map.of(SCARCE, 1, 1 + i % 3, 1);
                visitors.add(() -> {
                    try {
                        return server.place(ann, UUID.randomUUID(), basket, "web");
                    } catch (OutOfStockException e) {
                        return -1L;
                    }
                });
            }

            List<Long> ids = atTheSameTime(visitors);

            assertThat(ids).filteredOn(id -> id >= 0).hasSize(12).doesNotHaveDuplicates();
            assertThat(stock(SCARCE)).isZero();
            assertThat(stock(1) + stock(2) + stock(3)).isEqualTo(4000 - 12);
        }
    }

    private static <T> List<T> atTheSameTime(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
