package org.lvs4j.netty.discovery;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/** Asks name servers, one after the other, by Netty's resolver: over UDP, and over TCP if the answer is too long. Thread-safe. */
final class DnsClient implements AutoCloseable {
    private static final int ROUNDS = 2;
    private static final int MAX_ATTEMPTS = 32;

    private final EventLoop loop;
    private final DnsServerAddressStreamProvider nameServers;
    private final DnsNameResolver resolver;
    private final Set<Promise<?>> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    DnsClient(DnsOptions options, EventLoop loop) {
        this.loop = loop;
        DnsTransport transport = DnsTransport.of(loop);
        nameServers = options.nameServers().isEmpty()
                ? DnsServerAddressStreamProviders.platformDefault()
                : new SequentialDnsServerAddressStreamProvider(options.nameServers().stream()
                        .map(Endpoint::toSocketAddress)
                        .toArray(InetSocketAddress[]::new));
        resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(transport.datagrams())
                .socketChannelFactory(transport.streams())
                // A socket for each query: nothing is open in between, and no port can be guessed from the last one.
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(nameServers)
                .queryTimeoutMillis(options.timeout().toMillis())
                .build();
    }

    /** Fails if the library is missing. */
    static void requireResolver() throws LinkageError {
        DnsRecordType.A.name();
        DnsNameResolverChannelStrategy.ChannelPerResolution.name();
    }

    /**
     * Asks for the records of a name. The result is completed on an event loop, or by {@link #close}.
     *
     * @return fails with a {@link DnsFailure}
     */
    CompletableFuture<DnsAnswer> ask(String name, DnsRecordType type) {
        CompletableFuture<DnsAnswer> result = new CompletableFuture<>();
        try {
            DnsServerAddressStream servers = nameServers.nameServerAddressStream(name);
            int attempts = Math.min(MAX_ATTEMPTS, ROUNDS * Math.max(1, servers.size()));
            new Query(new DefaultDnsQuestion(name, type), servers, attempts, result).next(null);
        } catch (RuntimeException e) {
            result.completeExceptionally(new DnsFailure(name + ": cannot be asked for", e));
        }
        return result;
    }

    /** Ends what is under way, and the sockets with it. */
    @Override
    public void close() {
        closed = true;
        // With the event loop its sockets have ended.
        if (!loop.isShuttingDown()) {
            pending.forEach(DnsClient::end);
        }
        resolver.close();
    }

    private static void end(Promise<?> query) {
        query.tryFailure(new DnsFailure("closed", null));
    }

    /** A question that is put to one name server after the other. */
    private final class Query {
        private final DnsQuestion question;
        private final DnsServerAddressStream servers;
        private final CompletableFuture<DnsAnswer> result;
        private int attempts;

        Query(DnsQuestion question, DnsServerAddressStream servers, int attempts, CompletableFuture<DnsAnswer> result) {
            this.question = question;
            this.servers = servers;
            this.attempts = attempts;
            this.result = result;
        }

        void next(@Nullable DnsFailure before) {
            if (before != null && (attempts == 0 || closed)) {
                result.completeExceptionally(before);
                return;
            }
            attempts--;
            InetSocketAddress server = servers.next();
            // Its listeners do not need the event loop, which the application may have ended.
            Promise<AddressedEnvelope<? extends DnsResponse, InetSocketAddress>> promise =
                    ImmediateEventExecutor.INSTANCE.newPromise();
            pending.add(promise);
            promise.addListener(future -> {
                pending.remove(promise);
                answered(server, promise);
            });
            if (closed || loop.isShuttingDown()) {
                end(promise);
                return;
            }
            try {
                resolver.query(server, question, promise);
            } catch (RuntimeException e) {
                promise.tryFailure(e);
            }
        }

        private void answered(
                InetSocketAddress server, Future<AddressedEnvelope<? extends DnsResponse, InetSocketAddress>> future) {
            String subject = question.name() + " " + question.type().name() + ": name server " + server.getHostString()
                    + " port " + server.getPort();
            if (!future.isSuccess()) {
                next(new DnsFailure(
                        subject + " does not answer: " + future.cause().getMessage(), future.cause()));
                return;
            }
            AddressedEnvelope<? extends DnsResponse, InetSocketAddress> envelope = future.getNow();
            try {
                DnsResponse response = envelope.content();
                if (response.code().equals(DnsResponseCode.NXDOMAIN)) {
                    result.completeExceptionally(DnsFailure.nameMissing(subject + " answers NXDOMAIN: no such name"));
                } else if (!response.code().equals(DnsResponseCode.NOERROR)) {
                    next(new DnsFailure(subject + " answers " + response.code(), null));
                } else if (response.isTruncated()) {
                    next(new DnsFailure(subject + " has cut off its answer, and does not give it over TCP", null));
                } else {
                    result.complete(DnsAnswer.of(response));
                }
            } catch (RuntimeException e) {
                // Of Netty, whose names of records are read here: several kinds, of which none may end the look-ups.
                next(new DnsFailure(subject + " gives a malformed answer: " + e.getMessage(), e));
            } finally {
                envelope.release();
            }
        }
    }
}
