package org.lvs4j.examples.webcluster.story;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.storage.Database;

/** The books of the shop, read in its database: which orders there are, and whether the stock agrees with them. */
final class Books implements AutoCloseable {
    private final Database database;

    Books(Cluster cluster) {
        database = cluster.openDatabase();
    }

    /** How many of these orders are there. */
    long countOrders(List<Long> numbers) {
        return database.<Long, RuntimeException>transaction(connection -> {
            long count = 0;
            try (PreparedStatement select =
                    connection.prepareStatement("select count(*) from shop_order where id = ?")) {
                for (long number : numbers) {
                    select.setLong(1, number);
                    try (ResultSet result = select.executeQuery()) {
                        result.next();
                        count += result.getLong(1);
                    }
                }
            }
            return count;
        });
    }

    /** What there was of each product: what is left, and what was sold. */
    Map<String, Long> delivered() {
        return byProduct("select p.name, p.stock + (select coalesce(sum(l.quantity), 0) from order_line l"
                + " where l.product_id = p.id) from product p");
    }

    /** What is left of the product that there is least of. */
    long least() {
        return byProduct("select p.name, p.stock from product p").values().stream()
                .mapToLong(Long::longValue)
                .min()
                .orElse(0);
    }

    private Map<String, Long> byProduct(String query) {
        return database.<Map<String, Long>, RuntimeException>transaction(connection -> numbers(connection, query));
    }

    private static Map<String, Long> numbers(Connection connection, String query) throws SQLException {
        Map<String, Long> numbers = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(query);
                ResultSet result = select.executeQuery()) {
            while (result.next()) {
                numbers.put(result.getString(1), result.getLong(2));
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        database.close();
    }
}
