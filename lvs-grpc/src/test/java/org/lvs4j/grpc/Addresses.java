package org.lvs4j.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A name resolver whose addresses a test sets. Each has a scheme of its own. */
final class Addresses extends NameResolverProvider {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String scheme = "lvs-test-" + NUMBER.incrementAndGet();
    private List<EquivalentAddressGroup> groups = List.of();
    private NameResolver.Listener2 listener;

    synchronized void set(List<EquivalentAddressGroup> newGroups) {
        groups = List.copyOf(newGroups);
        tell();
    }

    private synchronized void listen(NameResolver.Listener2 newListener) {
        listener = newListener;
        tell();
    }

    private void tell() {
        if (listener != null) {
            listener.onResult(NameResolver.ResolutionResult.newBuilder()
                    .setAddressesOrError(StatusOr.fromValue(groups))
                    .build());
        }
    }

    String target() {
        return scheme + ":///servers";
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        if (!scheme.equals(target.getScheme())) {
            return null;
        }
        return new NameResolver() {
            @Override
            public String getServiceAuthority() {
                return "Test servers:1";
            }

            @Override
            public void start(Listener2 newListener) {
                listen(newListener);
            }

            @Override
            public void shutdown() {
                // Nothing was opened.
            }
        };
    }

    @Override
    public String getDefaultScheme() {
        return scheme.toLowerCase(Locale.ROOT);
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
