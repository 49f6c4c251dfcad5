package org.lvs4j.examples.webcluster.shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lvs4j.examples.webcluster.storage.Database;

/** The products. */
public final class Catalogue {
    private static final String COLUMNS =
            "select id, name, summary, description, picture, price_cents, stock from product";

    private final Database database;

    /** Products of this database. */
    public Catalogue(Database database) {
        this.database = database;
    }

    /** All products, ordered by their ids. */
    public List<Product> all() {
        return database.transaction(connection -> {
            try (PreparedStatement select = connection.prepareStatement(COLUMNS + " order by id")) {
                return read(select);
            }
        });
    }

    /** The product with this id. */
    public Optional<Product> find(int id) {
        return database.transaction(connection -> {
            try (PreparedStatement select = connection.prepareStatement(COLUMNS + " where id = ?")) {
                select.setInt(1, id);
                return read(select).stream().findFirst();
            }
        });
    }

    /** Reads products and locks their rows until the end of the transaction, in the order of their ids. */
    static List<Product> lock(Connection connection, List<Integer> ids) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(COLUMNS + " where id = any (?) order by id for update")) {
            select.setArray(1, connection.createArrayOf("integer", ids.toArray()));
            return read(select);
        }
    }

    private static List<Product> read(PreparedStatement select) throws SQLException {
        List<Product> products = new ArrayList<>();
        ResultSet rows = select.executeQuery();
        while (rows.next()) {
            products.add(new Product(
                    rows.getInt(1),
                    rows.getString(2),
                    rows.getString(3),
                    rows.getString(4),
                    rows.getString(5),
                    rows.getInt(6),
                    rows.getInt(7)));
        }
        return products;
    }
}
