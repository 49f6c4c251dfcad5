package org.lvs4j.examples.webcluster.shop;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.examples.webcluster.storage.Database;

/** What visitors wrote. */
public final class GuestBook {
    /** The most characters of an entry. */
    public static final int MAX_LENGTH = 500;

    private final Database database;

    /** The guest book in this database. */
    public GuestBook(Database database) {
        this.database = database;
    }

    /** Adds an entry of {@value #MAX_LENGTH} characters at most. */
    public void write(String author, String message) {
        database.transaction(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into guest_book (author, message, written_at) values (?, ?, ?)")) {
                insert.setString(1, author);
                insert.setString(2, message);
                insert.setObject(3, OffsetDateTime.now(ZoneOffset.UTC));
                return insert.executeUpdate();
            }
        });
    }

    /**
     * Entries, the newest first.
     *
     * @param before only entries with smaller ids
     */
    public List<Entry> read(long before, int count) {
        return database.transaction(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select id, author, message, written_at from guest_book where id < ? order by id desc limit ?")) {
                select.setLong(1, before);
                select.setInt(2, count);
                ResultSet rows = select.executeQuery();
                List<Entry> entries = new ArrayList<>();
                while (rows.next()) {
                    entries.add(new Entry(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getObject(4, OffsetDateTime.class)));
                }
                return entries;
            }
        });
    }

    /** An entry. */
    public record Entry(long id, String author, String message, OffsetDateTime writtenAt) {}
}
