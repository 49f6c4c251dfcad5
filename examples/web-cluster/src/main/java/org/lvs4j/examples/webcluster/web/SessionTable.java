package org.lvs4j.examples.webcluster.web;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.eclipse.jetty.session.DatabaseAdaptor;
import org.eclipse.jetty.session.JDBCSessionDataStore;
import org.eclipse.jetty.session.SessionData;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseUnavailableException;

/**
 * Jetty's JDBC session store over the database of the shop. The schema of the shop has its table, so a server can start
 * before the database.
 */
final class SessionTable extends JDBCSessionDataStore {
    private static final int SAVE_SECONDS = 60;

    private final Database database;
    private final ThreadLocal<Boolean> failed = ThreadLocal.withInitial(() -> false);

    SessionTable(Database database) {
        this.database = database;
        DatabaseAdaptor adaptor = new BytesAdaptor();
        adaptor.setDatasource(database.dataSource());
        setDatabaseAdaptor(adaptor);
        setSessionTableSchema(new Schema());
        // The time of the last request is not worth a write for each request.
        setSavePeriodSec(SAVE_SECONDS);
    }

    @Override
    public SessionData doLoad(String id) throws Exception {
        try {
            return super.doLoad(id);
        } catch (SQLException | DatabaseUnavailableException e) {
            failed.set(true);
            throw e;
        }
    }

    /** Whether this thread could not load a session since it last asked. Jetty itself takes that for no session. */
    boolean loadFailed() {
        boolean result = failed.get();
        failed.remove();
        return result;
    }

    long count() {
        return database.transaction(connection -> {
            try (var select = connection.prepareStatement(
                    "select count(*) from web_session where expiry_time <= 0 or expiry_time > ?")) {
                select.setLong(1, System.currentTimeMillis());
                ResultSet rows = select.executeQuery();
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    private static final class Schema extends SessionTableSchema {
        Schema() {
            setTableName("web_session");
            setIdColumn("session_id");
            setContextPathColumn("context_path");
            setVirtualHostColumn("virtual_host");
            setLastNodeColumn("last_node");
            setAccessTimeColumn("access_time");
            setLastAccessTimeColumn("last_access_time");
            setCreateTimeColumn("create_time");
            setCookieTimeColumn("cookie_time");
            setLastSavedTimeColumn("last_saved_time");
            setExpiryTimeColumn("expiry_time");
            setMaxIntervalColumn("max_interval");
            setMapColumn("map");
        }

        @Override
        public void prepareTables() {
            // The schema of the shop has the table.
        }
    }

    /** Reads and writes attributes as bytes, without asking the database for its name first. */
    private static final class BytesAdaptor extends DatabaseAdaptor {
        @Override
        public InputStream getBlobInputStream(ResultSet row, String column) throws SQLException {
            return new ByteArrayInputStream(row.getBytes(column));
        }

        @Override
        public boolean isEmptyStringNull() {
            return false;
        }
    }
}
