package org.lvs4j.examples.embedded;

import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.grpc.LvsGrpc;
import org.lvs4j.service.ServiceKey;

/** Balances the calls of a gRPC client, and drains a server. */
public final class GrpcClient {
    private GrpcClient() {}

    /** Calls three servers, then the two that are not drained. */
    public static void main(String[] args) throws Exception {
        List<Server> servers = new ArrayList<>();
        List<EquivalentAddressGroup> addresses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(Greeter.service())
                    .build()
                    .start();
            servers.add(server);
            addresses.add(new EquivalentAddressGroup(new InetSocketAddress("127.0.0.1", server.getPort())));
        }
        Director director = Director.create();
        LoadBalancerRegistry.getDefaultRegistry().register(LvsGrpc.provider(director));
        ServiceKey greeters = ServiceKey.named("greeters");
        Map<String, ?> policy = Map.of("lvs", Map.of("service", "greeters", "scheduler", "wrr"));
        ManagedChannel channel = Grpc.newChannelBuilder(
                        FixedServers.target(addresses), InsecureChannelCredentials.create())
                .defaultServiceConfig(Map.of("loadBalancingConfig", List.of(policy)))
                .build();

        do { // the first calls go to the servers that are connected first
            Greeter.hello(channel);
        } while (director.service(greeters).servers().size() < 3);
        director.drain(
                greeters,
                LvsGrpc.endpoint(addresses.get(0).getAddresses().get(0)),
                DrainOptions.within(Duration.ofMinutes(1)));
        director.resetCounters();
        for (int i = 0; i < 30; i++) {
            Greeter.hello(channel);
        }
        director.service(greeters)
                .servers()
                .forEach(server -> System.out.println(
                        "weight " + server.weight() + ": " + server.traffic().connections() + " calls"));
        channel.shutdown();
        servers.forEach(Server::shutdown);
    }
}
