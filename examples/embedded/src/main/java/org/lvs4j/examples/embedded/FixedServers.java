package org.lvs4j.examples.embedded;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.URI;
import java.util.List;

/** A name resolver of gRPC for servers that are known; most applications use that of DNS. */
final class FixedServers extends NameResolverProvider {
    private final List<EquivalentAddressGroup> servers;

    private FixedServers(List<EquivalentAddressGroup> servers) {
        this.servers = servers;
    }

    /** Registers a resolver, and returns the target of a channel that finds the servers by it. */
    static String target(List<EquivalentAddressGroup> servers) {
        NameResolverRegistry.getDefaultRegistry().register(new FixedServers(List.copyOf(servers)));
        return "fixed:///servers";
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        return !"fixed".equals(target.getScheme())
                ? null
                : new NameResolver() {
                    @Override
                    public String getServiceAuthority() {
                        return "servers";
                    }

                    @Override
                    public void start(Listener2 listener) {
                        listener.onResult(ResolutionResult.newBuilder()
                                .setAddressesOrError(StatusOr.fromValue(servers))
                                .build());
                    }

                    @Override
                    public void shutdown() {
                        // Nothing was opened.
                    }
                };
    }

    @Override
    public String getDefaultScheme() {
        return "fixed";
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return 5;
    }
}
