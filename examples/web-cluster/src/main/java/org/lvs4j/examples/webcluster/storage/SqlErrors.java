package org.lvs4j.examples.webcluster.storage;

import java.sql.SQLException;
import java.util.Set;

/** What an error of H2 or PostgreSQL means, by its SQLSTATE. */
public final class SqlErrors {
    private static final String UNIQUE_VIOLATION = "23505";
    /** Serialization failure, deadlock, lock timeout of PostgreSQL and of H2. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "HYT00");
    /** H2: the connection is broken, the database is closed, closing, or in use by another process. */
    private static final Set<String> H2_UNAVAILABLE = Set.of("90067", "90098", "90121", "90020", "90031", "90028");

    private static final int H2_GENERAL = 50_000;

    private SqlErrors() {}

    /** Whether a row with this key exists already. */
    public static boolean duplicateKey(SQLException e) {
        return UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    /** Whether the database could not be reached. */
    static boolean unavailable(SQLException e) {
        if (e.getErrorCode() == H2_GENERAL && e.getCause() instanceof NullPointerException) {
            // H2's driver fails so if the connection breaks in the middle of a call.
            return true;
        }
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("57P")
                        || state.startsWith("53")
                        || H2_UNAVAILABLE.contains(state));
    }

    /** Whether the same transaction may succeed if it is run again, on another connection. */
    static boolean worthRepeating(SQLException e) {
        return unavailable(e) || CONFLICTS.contains(String.valueOf(e.getSQLState()));
    }
}
