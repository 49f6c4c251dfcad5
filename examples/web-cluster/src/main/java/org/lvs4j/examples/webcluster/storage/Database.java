package org.lvs4j.examples.webcluster.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The database of the shop, H2 or PostgreSQL: a pool of connections, the schema, and transactions. Thread-safe.
 *
 * <p>It can be opened before the database runs, and recovers by itself when the database was restarted. The schema is
 * brought up to date at the first transaction.
 */
public final class Database implements AutoCloseable {
    private static final int ATTEMPTS = 4;
    private static final int POOL_SIZE = 8;
    private static final int CONNECT_MILLIS = 1_000;
    private static final int ANSWER_MILLIS = 6_000;
    private static final int LOCK_MILLIS = 3_000;
    /** Fewer than a web server has threads, so that pages without the database are answered all the time. */
    private static final int MAX_WAITING = 96;

    private static final String UNREACHABLE = "the database cannot be reached";

    private final HikariDataSource pool;
    private final Object migration = new Object();
    private volatile boolean migrated;
    private final AtomicBoolean probing = new AtomicBoolean();
    private volatile boolean down;

    private Database(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * Opens a pool of connections; does not connect yet.
     *
     * @param url a JDBC URL of H2 or PostgreSQL
     * @throws IllegalArgumentException if no driver knows the URL
     */
    public static Database open(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("shop");
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setValidationTimeout(CONNECT_MILLIS / 2);
        config.setInitializationFailTimeout(-1);
        config.setAutoCommit(true);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        if (url.startsWith("jdbc:h2:")) {
            // Neither a database that hangs nor one that waits for a lock may hold a request for ever.
            config.setJdbcUrl(
                    withSetting(withSetting(url, "NETWORK_TIMEOUT", ANSWER_MILLIS), "LOCK_TIMEOUT", LOCK_MILLIS));
        } else if (url.startsWith("jdbc:postgresql:")) {
            config.setJdbcUrl(url);
            config.addDataSourceProperty("connectTimeout", TimeUnit.MILLISECONDS.toSeconds(CONNECT_MILLIS));
            config.addDataSourceProperty("socketTimeout", TimeUnit.MILLISECONDS.toSeconds(ANSWER_MILLIS));
            config.addDataSourceProperty("options", "-c lock_timeout=" + LOCK_MILLIS);
        } else {
            throw new IllegalArgumentException("expected a URL jdbc:h2:… or jdbc:postgresql:…: " + url);
        }
        return new Database(new HikariDataSource(config));
    }

    private static String withSetting(String url, String name, int value) {
        return url.contains(name + "=") ? url : url + ";" + name + "=" + value;
    }

    /** The connections, for parts that speak JDBC themselves. Its connections commit each statement. */
    public DataSource dataSource() {
        return new GuardedDataSource(this);
    }

    /**
     * Runs the work in a transaction. Repeats it if it lost a deadlock or a connection before the commit.
     *
     * @throws DatabaseUnavailableException if the database cannot be reached; nothing is kept of the transaction
     * @throws OutcomeUnknownException if the connection broke during the commit
     * @throws X what the work throws; the transaction is rolled back
     */
    public <T extends @Nullable Object, X extends Exception> T transaction(Work<T, X> work) throws X {
        for (int attempt = 1; ; attempt++) {
            try {
                return inOneConnection(work);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !SqlErrors.worthRepeating(e)) {
                    throw SqlErrors.unavailable(e)
                            ? new DatabaseUnavailableException(UNREACHABLE, e)
                            : new IllegalStateException("a statement failed: " + e.getMessage(), e);
                }
            }
        }
    }

    private <T extends @Nullable Object, X extends Exception> T inOneConnection(Work<T, X> work)
            throws SQLException, X {
        Connection connection = connect();
        try {
            connection.setAutoCommit(false);
            T result;
            try {
                result = work.in(connection);
            } catch (Exception e) {
                rollback(connection);
                throw e;
            }
            commit(connection);
            return result;
        } finally {
            giveBack(connection);
        }
    }

    /** What fails here changes nothing of what was committed or rolled back; the pool drops the connection. */
    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LoggerFactory.getLogger(Database.class).debug("a connection was dropped", e);
        }
    }

    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (SqlErrors.unavailable(e)) {
                throw new OutcomeUnknownException(e);
            }
            throw e;
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is broken: the database rolls back by itself.
        }
    }

    /** Why the database does not answer now; null if it does, and its schema is up to date then. */
    public @Nullable String outage() {
        try (Connection connection = connect()) {
            return connection.isValid(1) ? null : "it does not answer in time";
        } catch (SQLException | DatabaseUnavailableException e) {
            Throwable deepest = e;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            return String.valueOf(deepest.getMessage());
        }
    }

    /**
     * A connection that commits each statement. While the database is down, one caller at a time waits for it, and all
     * others fail at once.
     */
    Connection connect() throws SQLException {
        boolean probe = down;
        if (probe && !probing.compareAndSet(false, true)) {
            throw new DatabaseUnavailableException(UNREACHABLE, new SQLException("it was down a moment ago"));
        }
        try {
            if (pool.getHikariPoolMXBean().getThreadsAwaitingConnection() >= MAX_WAITING) {
                throw new SQLException("too many wait for a connection");
            }
            if (!migrated) {
                migrate(probe);
            }
            Connection connection = pool.getConnection();
            down = false;
            return connection;
        } catch (SQLException e) {
            // Otherwise all connections are in use.
            down = pool.getHikariPoolMXBean().getTotalConnections() == 0;
            throw new DatabaseUnavailableException(UNREACHABLE, e);
        } finally {
            if (probe) {
                probing.set(false);
            }
        }
    }

    private void migrate(boolean probe) throws SQLException {
        synchronized (migration) {
            if (migrated) {
                return;
            }
            if (down && !probe) {
                throw new SQLException("it was down a moment ago");
            }
            try {
                // Flyway itself would wait and say less.
                pool.getConnection().close();
            } catch (SQLException e) {
                down = true;
                throw e;
            }
            for (int attempt = 1; !migrated; attempt++) {
                try {
                    Flyway.configure()
                            .loggers("slf4j")
                            .dataSource(pool)
                            .locations("classpath:org/lvs4j/examples/webcluster/storage/migrations")
                            .load()
                            .migrate();
                    migrated = true;
                } catch (FlywayException e) {
                    // Another web server may have created the table of versions at the same time.
                    if (attempt == ATTEMPTS) {
                        throw new SQLException("the schema of the database could not be brought up to date", e);
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /** Statements that belong together. May run several times, so it changes nothing but the database. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, X extends Exception> {
        /** Runs the statements. */
        T in(Connection connection) throws SQLException, X;
    }
}
