package org.lvs4j.examples.webcluster.storage;

import java.util.UUID;

/** Databases of tests. */
public final class DatabaseFixture {
    private DatabaseFixture() {}

    /** The URL of a database in memory that lives until the process ends. */
    public static String inMemory() {
        return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    }

    /** A new database in memory. */
    public static Database open() {
        return open(inMemory());
    }

    /** A pool of connections to a database. */
    public static Database open(String url) {
        return Database.open(url, "shop", "password");
    }
}
