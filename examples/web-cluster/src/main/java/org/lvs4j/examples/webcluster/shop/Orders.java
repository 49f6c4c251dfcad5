package org.lvs4j.examples.webcluster.shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.SqlErrors;

/** The customers' orders. Each is seen by its own customer only. */
public final class Orders {
    /** How many of the newest orders are listed. */
    public static final int LISTED = 50;

    private final Database database;

    /** Orders of this database. */
    public Orders(Database database) {
        this.database = database;
    }

    /**
     * Places an order, or finds the one that has this token. In one transaction: locks the rows of the products in the
     * order of their ids, so that two orders never wait for each other; checks the stock; takes it; inserts the order.
     *
     * @param token the same for each repetition of one order
     * @param counts the counts by the ids of the products
     * @param server the web server that places it
     * @return the id of the order
     * @throws OutOfStockException if the stock does not suffice for all of it; nothing was ordered then
     */
    public long place(Account account, UUID token, Map<Integer, Integer> counts, String server)
            throws OutOfStockException {
        return database.<Long, OutOfStockException>transaction(connection -> {
            List<Product> products =
                    Catalogue.lock(connection, counts.keySet().stream().sorted().toList());
            // After the locks: the same order may just have been placed.
            OptionalLong placed = find(connection, account, token);
            if (placed.isPresent()) {
                return placed.getAsLong();
            }
            requireStock(products, counts);
            takeStock(connection, products, counts);
            try {
                return insert(connection, account, token, products, counts, server);
            } catch (SQLException e) {
                if (!SqlErrors.duplicateKey(e)) {
                    throw e;
                }
                // The same token with other products, which the locks do not exclude.
                connection.rollback();
                return find(connection, account, token).orElseThrow(() -> e);
            }
        });
    }

    /** The id of the customer's order that has this token. */
    public OptionalLong find(Account account, UUID token) {
        return database.transaction(connection -> find(connection, account, token));
    }

    private static OptionalLong find(Connection connection, Account account, UUID token) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select id from shop_order where account_id = ? and token = ?")) {
            select.setLong(1, account.id());
            select.setObject(2, token);
            ResultSet rows = select.executeQuery();
            return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
        }
    }

    private static void requireStock(List<Product> products, Map<Integer, Integer> counts) throws OutOfStockException {
        List<Product> tooFew = products.stream()
                .filter(product -> product.stock() < counts.getOrDefault(product.id(), 0))
                .toList();
        if (!tooFew.isEmpty()) {
            throw new OutOfStockException(tooFew);
        }
    }

    private static void takeStock(Connection connection, List<Product> products, Map<Integer, Integer> counts)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update product set stock = stock - ? where id = ?")) {
            for (Product product : products) {
                update.setInt(1, counts.getOrDefault(product.id(), 0));
                update.setInt(2, product.id());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static long insert(
            Connection connection,
            Account account,
            UUID token,
            List<Product> products,
            Map<Integer, Integer> counts,
            String server)
            throws SQLException {
        long total = 0;
        for (Product product : products) {
            total += (long) product.priceCents() * counts.getOrDefault(product.id(), 0);
        }
        long id;
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into shop_order (account_id, token, placed_at, placed_by, total_cents) values (?, ?, ?, ?, ?)",
                new String[] {"id"})) {
            insert.setLong(1, account.id());
            insert.setObject(2, token);
            insert.setObject(3, OffsetDateTime.now(ZoneOffset.UTC));
            insert.setString(4, server);
            insert.setLong(5, total);
            insert.executeUpdate();
            id = Accounts.generatedId(insert);
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into order_line (order_id, product_id, quantity, price_cents) values (?, ?, ?, ?)")) {
            for (Product product : products) {
                insert.setLong(1, id);
                insert.setInt(2, product.id());
                insert.setInt(3, counts.getOrDefault(product.id(), 0));
                insert.setInt(4, product.priceCents());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return id;
    }

    /** The newest orders of a customer, without their lines. */
    public List<Order> of(Account account) {
        return database.transaction(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select id, placed_at, placed_by, total_cents from shop_order where account_id = ?"
                            + " order by id desc limit " + LISTED)) {
                select.setLong(1, account.id());
                ResultSet rows = select.executeQuery();
                List<Order> orders = new ArrayList<>();
                while (rows.next()) {
                    orders.add(order(rows, List.of()));
                }
                return orders;
            }
        });
    }

    /** An order of a customer; empty if it is another's. */
    public Optional<Order> find(Account account, long id) {
        return database.transaction(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select id, placed_at, placed_by, total_cents from shop_order where id = ? and account_id = ?")) {
                select.setLong(1, id);
                select.setLong(2, account.id());
                ResultSet rows = select.executeQuery();
                return rows.next() ? Optional.of(order(rows, lines(connection, id))) : Optional.empty();
            }
        });
    }

    private static Order order(ResultSet row, List<Order.Line> lines) throws SQLException {
        return new Order(
                row.getLong(1), row.getObject(2, OffsetDateTime.class), row.getString(3), row.getLong(4), lines);
    }

    private static List<Order.Line> lines(Connection connection, long order) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select l.product_id, p.name, p.picture, l.quantity, l.price_cents from order_line l"
                        + " join product p on p.id = l.product_id where l.order_id = ? order by l.product_id")) {
            select.setLong(1, order);
            ResultSet rows = select.executeQuery();
            List<Order.Line> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(new Order.Line(
                        rows.getInt(1), rows.getString(2), rows.getString(3), rows.getInt(4), rows.getInt(5)));
            }
            return lines;
        }
    }
}
