package org.lvs4j.examples.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.h2.tools.Server;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Reads from the replicas of a database: a pool of JDBC connections for each, and a director that chooses the replica. */
public final class ReadReplicas {
    private ReadReplicas() {}

    /** Asks three databases, of which one stops. */
    public static void main(String[] args) throws SQLException {
        ServiceKey replicas = ServiceKey.named("replicas");
        Director director = Director.create();
        director.addService(VirtualService.of(replicas, "lc"));
        List<Server> databases = new ArrayList<>();
        Map<Endpoint, HikariDataSource> pools = new HashMap<>();
        for (int i = 1; i <= 3; i++) {
            Server database =
                    Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
            Endpoint endpoint = Endpoint.parse("127.0.0.1:" + database.getPort());
            HikariConfig pool = new HikariConfig();
            pool.setJdbcUrl("jdbc:h2:tcp://" + endpoint + "/mem:replica" + i);
            pool.setConnectionTimeout(1000);
            pool.setMaximumPoolSize(2);
            pools.put(endpoint, new HikariDataSource(pool));
            databases.add(database);
            director.addServer(replicas, RealServer.of(endpoint));
        }
        for (int i = 0; i < 12; i++) {
            if (i == 6) {
                databases.get(0).stop();
            }
            String database = director.call(replicas, 3, replica -> {
                try (java.sql.Connection connection =
                                pools.get(replica.destination()).getConnection();
                        ResultSet row = connection.createStatement().executeQuery("select current_catalog")) {
                    row.next();
                    return row.getString(1);
                } catch (SQLTransientConnectionException | SQLNonTransientConnectionException e) {
                    replica.failed(e); // the connection, not the query: another replica is asked
                    throw e;
                }
            });
            System.out.println(database);
        }
        pools.values().forEach(HikariDataSource::close);
        databases.forEach(Server::stop);
    }
}
