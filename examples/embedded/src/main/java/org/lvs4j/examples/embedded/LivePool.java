package org.lvs4j.examples.embedded;

import java.util.List;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Replaces the servers of a service at run time, for instance after each look-up in a name service. */
public final class LivePool {
    private LivePool() {}

    /** Applies three lists of servers. The director makes only the changes from one list to the next. */
    public static void main(String[] args) {
        ServiceKey web = ServiceKey.tcp("10.0.0.1:80");
        Director director = Director.create();
        director.addService(VirtualService.builder(web).scheduler("wlc").build());
        director.addListener(change -> System.out.println("  " + describe(change)));

        System.out.println("two servers:");
        director.setServers(web, List.of(RealServer.of("10.0.0.11:80"), RealServer.of("10.0.0.12:80")));
        try (Connection connection = director.open(web)) {
            System.out.println("a third server; 10.0.0.12 is quiesced:");
            director.setServers(
                    web,
                    List.of(
                            RealServer.of("10.0.0.11:80"),
                            RealServer.of("10.0.0.12:80").withWeight(0),
                            RealServer.of("10.0.0.13:80")));

            System.out.println("10.0.0.12 is removed:");
            director.setServers(web, List.of(RealServer.of("10.0.0.11:80"), RealServer.of("10.0.0.13:80")));
            System.out.println("the open connection stays on " + connection.destination());
        }
    }

    private static String describe(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServerAdded added) {
            return "added " + added.server().endpoint();
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            return edited.after().endpoint() + " now has weight "
                    + edited.after().weight();
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            return "removed " + removed.endpoint();
        }
        return change.toString();
    }
}
