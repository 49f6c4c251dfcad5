package org.lvs4j.examples.webcluster.cluster;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.director.ConfigurationFormat;

/**
 * How a cluster is made. Immutable.
 *
 * @param format the file that the director runs
 * @param directory where everything of the cluster is kept; null for a temporary directory, which is deleted at the end
 * @param http the port of HTTP; 0 for a free one
 * @param https the port of HTTPS; 0 for a free one
 * @param admin where the dashboard is served; port 0 for a free one
 * @param database the JDBC URL of a database that runs already; null for one of the cluster's own
 * @param kind the kind of web server, {@code jvm} or {@code nginx}
 * @param sessions where sessions are kept, {@code memory} or {@code database}
 * @param rate how many requests a second each web server answers at most; 0 for no limit
 */
public record ClusterOptions(
        ConfigurationFormat format,
        @Nullable Path directory,
        int http,
        int https,
        String admin,
        @Nullable String database,
        String kind,
        String sessions,
        int rate) {
    /** Rules, free ports, an embedded database, and web servers in JVMs with sessions in memory. */
    public static final ClusterOptions DEFAULT =
            new ClusterOptions(ConfigurationFormat.RULES, null, 0, 0, "127.0.0.1:0", null, "jvm", "memory", 0);

    /** The same with sessions kept elsewhere. */
    public ClusterOptions withSessions(String where) {
        return new ClusterOptions(format, directory, http, https, admin, database, kind, where, rate);
    }

    /** The same with another limit of each web server. */
    public ClusterOptions withRate(int requestsPerSecond) {
        return new ClusterOptions(format, directory, http, https, admin, database, kind, sessions, requestsPerSecond);
    }
}
