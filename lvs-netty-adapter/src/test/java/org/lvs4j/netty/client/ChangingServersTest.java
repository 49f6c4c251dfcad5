package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.ChannelPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;

/**
 * Three servers under load: one is killed, one drained, one added. No call fails but those that were talking to the
 * killed one, shares are those of the scheduler, and nothing is counted at the end.
 */
@Tag("slow")
final class ChangingServersTest {
    private static final int CALLERS = 4;

    /** How calls get and give back their channels. */
    private interface Channels {
        Channel take() throws Exception;

        void giveBack(Channel channel) throws Exception;
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void bootstrap_killedDrainedAndAdded_onlyCallsToTheKilledOneFail(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport)) {
            run(director -> {
                BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
                return new Channels() {
                    @Override
                    public Channel take() throws Exception {
                        return Clients.get(balanced.connect());
                    }

                    @Override
                    public void giveBack(Channel channel) throws Exception {
                        channel.close().sync();
                    }
                };
            });
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void pool_killedDrainedAndAdded_onlyCallsToTheKilledOneFail(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport)) {
            AtomicInteger calls = new AtomicInteger();
            run(director -> {
                ChannelPool pool = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp())
                        .pool(
                                new AbstractChannelPoolHandler() {
                                    @Override
                                    public void channelCreated(Channel channel) {
                                        Clients.initialize(channel);
                                    }
                                },
                                CALLERS,
                                100,
                                Duration.ofSeconds(20));
                return new Channels() {
                    @Override
                    public Channel take() throws Exception {
                        return Clients.get(pool.acquire());
                    }

                    @Override
                    public void giveBack(Channel channel) throws Exception {
                        // A client that limits how long it uses a channel: otherwise no new one is ever placed.
                        if (calls.incrementAndGet() % 3 == 0) {
                            channel.close().sync();
                        }
                        pool.release(channel).get(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS);
                    }
                };
            });
        }
    }

    private interface Making {
        Channels of(Director director);
    }

    private static void run(Making making) throws Exception {
        try (EchoServer killed = new EchoServer();
                EchoServer drained = new EchoServer();
                EchoServer steady = new EchoServer();
                EchoServer added = new EchoServer()) {
            Director director = Clients.director("wrr", killed.realServer(), drained.realServer(), steady.realServer());
            Channels channels = making.of(director);
            Load load = new Load(channels);

            load.run(240, null);
            assertThat(load.failures()).isEmpty();
            int all = killed.accepted.get() + drained.accepted.get() + steady.accepted.get();
            for (EchoServer each : List.of(killed, drained, steady)) {
                assertThat(each.accepted.get()).isBetween(all / 3 - 2, all / 3 + 2);
            }

            load.run(240, () -> {
                killed.kill();
                return null;
            });
            assertThat(load.failures()).isSubsetOf(killed.port()).hasSizeLessThanOrEqualTo(1);
            assertThat(load.failedCalls()).isLessThanOrEqualTo(CALLERS);
            load.forget();

            director.removeServer(Clients.ORDERS, killed.realServer().endpoint());
            RealServer drainedServer = drained.realServer();
            load.run(
                    240,
                    () -> director.drain(
                            Clients.ORDERS,
                            drainedServer.endpoint(),
                            new DrainOptions(Duration.ofSeconds(20), Duration.ZERO)));
            assertThat(load.failures()).isEmpty();
            Clients.await("the drained one is left", () -> {
                director.advance();
                return Clients.server(director, drainedServer).active() == 0;
            });
            int ofDrained = drained.answered.get();

            load.run(240, () -> {
                director.addServer(Clients.ORDERS, added.realServer());
                return null;
            });
            assertThat(load.failures()).isEmpty();
            assertThat(drained.answered.get()).isEqualTo(ofDrained);
            int before = steady.accepted.get();
            int addedBefore = added.accepted.get();
            load.run(240, null);
            assertThat(load.failures()).isEmpty();
            int share = (steady.accepted.get() - before + added.accepted.get() - addedBefore) / 2;
            assertThat(share).isGreaterThan(20);
            assertThat(added.accepted.get() - addedBefore).isBetween(share - 2, share + 2);
            load.close();
            steady.endConnections();
            added.endConnections();
            Clients.awaitNothingCounted(director);
            assertThat(Clients.server(director, steady.realServer()).traffic().connections())
                    .isEqualTo(steady.accepted.get());
        }
    }

    /** Calls of several threads. */
    private static final class Load {
        private final Channels channels;
        private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        private final Set<Integer> failedPorts = ConcurrentHashMap.newKeySet();
        private final AtomicInteger failed = new AtomicInteger();

        Load(Channels channels) {
            this.channels = channels;
        }

        Set<Integer> failures() {
            return failedPorts;
        }

        int failedCalls() {
            return failed.get();
        }

        void forget() {
            failedPorts.clear();
            failed.set(0);
        }

        /** Makes calls, and a change when a third of them is made. */
        void run(int calls, @Nullable Callable<?> change) throws Exception {
            AtomicInteger made = new AtomicInteger();
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                threads.add(callers.submit(() -> {
                    for (int call = made.getAndIncrement(); call < calls; call = made.getAndIncrement()) {
                        if (call == calls / 3 && change != null) {
                            change.call();
                        }
                        call();
                    }
                    return null;
                }));
            }
            for (Future<?> thread : threads) {
                thread.get(60, TimeUnit.SECONDS);
            }
        }

        private void call() throws Exception {
            Channel channel = channels.take();
            int port = BalancedBootstrap.connection(channel).destination().port();
            try {
                Clients.call(channel);
            } catch (Exception e) {
                failed.incrementAndGet();
                failedPorts.add(port);
            } finally {
                channels.giveBack(channel);
            }
        }

        void close() {
            callers.shutdown();
        }
    }
}
