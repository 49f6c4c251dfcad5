package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.examples.webcluster.shop.Account;
import org.lvs4j.examples.webcluster.shop.Accounts;
import org.lvs4j.examples.webcluster.shop.Catalogue;
import org.lvs4j.examples.webcluster.shop.Orders;
import org.lvs4j.examples.webcluster.shop.OutOfStockException;
import org.lvs4j.examples.webcluster.storage.Database;

/** The shop on a real PostgreSQL. The story on it is in {@link WebClusterIT}. */
@Timeout(300)
class PostgresIT {
    /** Of which there are so many. */
    private static final int SCARCE = 12;

    private static final int PIECES = 12;
    private static final int CHECKOUTS = 40;

    @TempDir
    private static Path directory;

    private static PostgresServer server;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start(directory);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void place_moreThanTheStockAtTwoServers_exactlyTheStockIsSold() throws Exception {
        String url = server.create("stock");
        try (Database one = Database.open(url, PostgresServer.USER, PostgresServer.PASSWORD);
                Database two = Database.open(url, PostgresServer.USER, PostgresServer.PASSWORD)) {
            Account ann = new Accounts(one).signUp("Ann", "long enough").orElseThrow();
            List<Orders> servers = List.of(new Orders(one), new Orders(two));
            List<Callable<Long>> checkouts = new ArrayList<>();
            for (int i = 0; i < CHECKOUTS; i++) {
                Orders orders = servers.get(i % 2);
                checkouts.add(() -> {
                    try {
                        return orders.place(ann, UUID.randomUUID(), Map.of(SCARCE, 1), "web");
                    } catch (OutOfStockException e) {
                        return -1L;
                    }
                });
            }
            List<Long> numbers = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(CHECKOUTS);
            try {
                for (Future<Long> each : threads.invokeAll(checkouts)) {
                    numbers.add(each.get());
                }
            } finally {
                threads.shutdownNow();
            }

            assertThat(numbers)
                    .hasSize(CHECKOUTS)
                    .filteredOn(number -> number >= 0)
                    .hasSize(PIECES)
                    .doesNotHaveDuplicates();
            assertThat(new Catalogue(two).find(SCARCE).orElseThrow().stock()).isZero();
            assertThat(servers.get(1).of(ann)).hasSize(PIECES);
        }
    }
}
