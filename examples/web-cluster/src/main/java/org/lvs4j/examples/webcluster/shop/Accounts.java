package org.lvs4j.examples.webcluster.shop;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.text.Normalizer;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.SqlErrors;

/** The customers' accounts. Names differ by more than case. */
public final class Accounts {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{M}\\p{N}][\\p{L}\\p{M}\\p{N} ._-]{0,29}");
    /** Also for letters that are two characters each. */
    private static final int MAX_NAME = 30;

    private static final int MIN_PASSWORD = 8;
    private static final int MAX_PASSWORD = 200;

    private final Database database;

    /** Accounts of this database. */
    public Accounts(Database database) {
        this.database = database;
    }

    /** What is wrong with a name and a password for a new account, as a sentence; null if nothing is. */
    public static @Nullable String problem(String name, String password) {
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            return "A name has 1 to 30 letters, digits, spaces, dots, hyphens or underscores, and starts with a letter or digit.";
        }
        if (password.length() < MIN_PASSWORD || password.length() > MAX_PASSWORD) {
            return "A password has " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters.";
        }
        return null;
    }

    /** Creates an account with a valid name and password; empty if the name is taken. */
    public Optional<Account> signUp(String name, String password) {
        // Outside of the transaction: it takes a processor for a while.
        String hash = Passwords.hash(password);
        return database.transaction(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into account (name, name_key, password, created_at) values (?, ?, ?, ?)",
                    new String[] {"id"})) {
                insert.setString(1, name);
                insert.setString(2, key(name));
                insert.setString(3, hash);
                insert.setObject(4, OffsetDateTime.now(ZoneOffset.UTC));
                insert.executeUpdate();
                return Optional.of(new Account(generatedId(insert), name));
            } catch (SQLException e) {
                if (SqlErrors.duplicateKey(e)) {
                    connection.rollback();
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** The account with this name, if the password is right. */
    public Optional<Account> signIn(String name, String password) {
        if (name.length() > 100 || password.length() > MAX_PASSWORD) {
            return Optional.empty();
        }
        Stored stored = database.transaction(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select id, name, password from account where name_key = ?")) {
                select.setString(1, key(name));
                ResultSet rows = select.executeQuery();
                return rows.next()
                        ? new Stored(new Account(rows.getLong(1), rows.getString(2)), rows.getString(3))
                        : null;
            }
        });
        if (stored == null) {
            // An unknown name takes as long as a wrong password.
            Passwords.matches(password, Passwords.OF_NOBODY);
            return Optional.empty();
        }
        return Passwords.matches(password, stored.password) ? Optional.of(stored.account) : Optional.empty();
    }

    static long generatedId(Statement insert) throws SQLException {
        ResultSet keys = insert.getGeneratedKeys();
        if (!keys.next()) {
            throw new SQLException("the database returned no id");
        }
        return keys.getLong(1);
    }

    private static String key(String name) {
        String normalized = Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        // No valid name is that long; PostgreSQL does not take the character 0.
        return normalized.substring(0, Math.min(40, normalized.length())).replace("\0", "");
    }

    private record Stored(Account account, String password) {}
}
