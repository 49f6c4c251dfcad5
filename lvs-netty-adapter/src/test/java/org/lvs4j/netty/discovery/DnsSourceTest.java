package org.lvs4j.netty.discovery;

import static io.netty.handler.codec.dns.DnsRecordType.A;
import static io.netty.handler.codec.dns.DnsRecordType.AAAA;
import static io.netty.handler.codec.dns.DnsRecordType.SRV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.lvs4j.netty.discovery.NameServer.address;
import static org.lvs4j.netty.discovery.NameServer.alias;
import static org.lvs4j.netty.discovery.NameServer.srv;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.LeakCheck;
import org.lvs4j.netty.discovery.NameServer.Reply;
import org.lvs4j.netty.discovery.NameServer.Rr;

@ExtendWith(LeakCheck.class)
final class DnsSourceTest {
    private static final String ORDERS = "orders.example";
    private static final String HTTP = "_http._tcp.orders.example";

    private final NameServer server = new NameServer();
    private final Recorder recorder = new Recorder();
    private final List<ServerSource.Subscription> subscriptions = new ArrayList<>();

    @AfterEach
    void close() {
        subscriptions.forEach(ServerSource.Subscription::close);
        server.close();
        Recorder.awaitNoThread("lvs-dns");
    }

    private DnsSource.Builder configured(DnsSource source, NameServer... servers) {
        NameServer[] all = servers.length == 0 ? new NameServer[] {server} : servers;
        Endpoint[] endpoints = new Endpoint[all.length];
        for (int i = 0; i < all.length; i++) {
            endpoints[i] = all[i].endpoint();
        }
        return source.toBuilder()
                .nameServers(endpoints)
                .timeout(Duration.ofSeconds(10))
                .interval(Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    private DnsSource.Builder addresses() {
        return configured(DnsSource.addresses(ORDERS, 8080));
    }

    private DnsSource.Builder srvRecords() {
        return configured(DnsSource.srv(HTTP));
    }

    private void start(DnsSource.Builder source) {
        start(source, recorder);
    }

    private void start(DnsSource.Builder source, ServerSource.Observer observer) {
        subscriptions.add(source.build().subscribe(observer));
    }

    @Test
    void addresses_bothFamilies_serversInOrderAtThePort() throws InterruptedException {
        server.addresses(ORDERS, 600, "10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2");
        start(addresses());
        assertThat(recorder.servers()).containsExactly("10.0.0.1:8080", "10.0.0.2:8080", "[fd00::1]:8080");
        assertThat(server.questions).containsExactlyInAnyOrder("orders.example. A", "orders.example. AAAA");
    }

    @Test
    void addresses_nameOfOtherLetters_askedForAndFoundInAscii() throws InterruptedException {
        server.addresses("xn--bcher-kva.example", 600, "10.0.0.1");
        start(configured(DnsSource.addresses("B\u00fccher.example", 8080)));
        assertThat(recorder.servers()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void srv_targetWithALabelThatIsTooLong_failureAndTheNextLookUpFollows() throws InterruptedException {
        byte[] content = new byte[6 + 1 + 64 + 1];
        content[1] = 1; // priority
        content[5] = 80; // port
        content[6] = 64; // label
        Arrays.fill(content, 7, 7 + 64, (byte) 'a');
        server.reply(HTTP, SRV, Reply.of(new Rr(HTTP + ".", SRV, 0, content)));
        start(srvRecords());
        assertThat(recorder.failure()).hasMessageContaining("gives a malformed answer");
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 600, 1, 1, 80, "a.example")));
        server.addresses("a.example", 600, "10.0.0.1");
        Object next = recorder.next();
        while (next instanceof Throwable) {
            next = recorder.next();
        }
        assertThat(next).isEqualTo(List.of("10.0.0.1:80 1"));
    }

    @Test
    void srv_targetThatCannotBeAskedFor_failureAndTheNextLookUpFollows() throws InterruptedException {
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 0, 1, 1, 80, "a\0b.example")));
        start(srvRecords());
        assertThat(recorder.failure()).isInstanceOf(DnsFailure.class).hasMessageStartingWith("a?b.example. A: ");
        assertThat(recorder.failure()).isInstanceOf(DnsFailure.class);
    }

    @Test
    void addresses_recordsChange_foundAfterTheirTtl() throws InterruptedException {
        server.addresses(ORDERS, 0, "10.0.0.1");
        start(addresses());
        List<String> before = recorder.servers();
        assertThat(before).containsExactly("10.0.0.1:8080");
        server.addresses(ORDERS, 0, "10.0.0.1", "10.0.0.2");
        // One of the two questions may be asked before the change, and the other one after it.
        assertThat(recorder.serversAfter(before)).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");
    }

    @Test
    @Tag("slow")
    void addresses_timeToLiveOfAnAlias_isWaitedFor() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(alias(ORDERS, 1, "web.example"), address("web.example", 600, "10.0.0.1")));
        start(addresses().family(AddressFamily.IPV4));
        for (int i = 0; i < 3; i++) {
            assertThat(recorder.servers()).containsExactly("10.0.0.1:8080");
        }
        List<Long> times = List.copyOf(server.times);
        assertThat(times.get(1) - times.get(0)).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(times.get(2) - times.get(1)).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void interval_anyTtl_withinTheBounds() {
        DnsOptions options = DnsOptions.of(ORDERS, 80);
        assertThat(options.intervalMillis(0)).isEqualTo(1_000);
        assertThat(options.intervalMillis(7)).isEqualTo(7_000);
        assertThat(options.intervalMillis(Integer.MAX_VALUE)).isEqualTo(300_000);
        assertThat(options.intervalMillis(-1)).isEqualTo(5_000);
    }

    @Test
    void backoff_failures_doublesToTheCeilingAndStartsAgain() {
        Backoff backoff = new Backoff();
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            delays.add(backoff.failed());
        }
        assertThat(delays).containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
        backoff.succeeded();
        assertThat(backoff.failed()).isEqualTo(1_000);
    }

    @Test
    void addresses_aliases_followedInOneAnswerAndInSeveral() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(alias(ORDERS, 60, "web.example"), alias("web.example", 60, "a.example")))
                .reply(
                        "a.example",
                        A,
                        Reply.of(alias("a.example", 60, "B.example"), address("b.example", 60, "10.0.0.9")));
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.servers()).containsExactly("10.0.0.9:8080");
        assertThat(server.questions).containsExactly("orders.example. A", "a.example. A");
    }

    @Test
    void addresses_circleOfAliases_fails() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(alias(ORDERS, 60, "web.example")))
                .reply("web.example", A, Reply.of(alias("web.example", 60, ORDERS)));
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.failure()).hasMessage("orders.example: more than 8 aliases, or a circle");
    }

    @Test
    void srv_severalPriorities_lowestWithWeightsAndAdditionalRecords() throws InterruptedException {
        server.reply(
                        HTTP,
                        SRV,
                        Reply.of(
                                        srv(HTTP, 600, 10, 3, 8081, "a.example"),
                                        srv(HTTP, 600, 10, 0, 8082, "b.example"),
                                        srv(HTTP, 600, 10, 5, 8083, "missing.example"),
                                        srv(HTTP, 600, 20, 9, 8084, "c.example"))
                                .additional(address("a.example", 600, "10.0.0.1")))
                .addresses("b.example", 600, "10.0.0.2", "fd00::2");
        start(srvRecords());
        assertThat(recorder.servers()).containsExactly("10.0.0.1:8081 3", "10.0.0.2:8082 0", "[fd00::2]:8082 0");
        assertThat(server.questions)
                .as("the address of a is in the answer, c is not needed")
                .doesNotContain("a.example. A", "a.example. AAAA", "c.example. A")
                .contains("b.example. A", "b.example. AAAA", "missing.example. A");
    }

    @Test
    void srv_allWeightsZero_eachServerHasWeightOne() throws InterruptedException {
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 600, 0, 0, 80, "a.example"), srv(HTTP, 600, 0, 0, 81, "a.example")))
                .addresses("a.example", 600, "10.0.0.1");
        start(srvRecords());
        assertThat(recorder.servers()).containsExactly("10.0.0.1:80 1", "10.0.0.1:81 1");
    }

    @Test
    void srv_manyTargetsOverTcp_allLookedUp() throws InterruptedException {
        Rr[] records = new Rr[100];
        for (int i = 0; i < records.length; i++) {
            records[i] = srv(HTTP, 600, 0, 1, 80, "pod" + i + ".example");
            server.addresses("pod" + i + ".example", 600, "10.0.1." + i);
        }
        server.reply(HTTP, SRV, Reply.of(records).cutOffOverUdp());
        start(srvRecords());
        assertThat(recorder.servers()).hasSize(100).contains("10.0.1.99:80 1");
        assertThat(server.questions).contains(HTTP + ". SRV over TCP");
    }

    @Test
    void srv_rootAsTarget_isAnAnswerWithoutServers() throws InterruptedException {
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 600, 0, 0, 0, ".")));
        start(srvRecords());
        assertThat(recorder.servers()).isEmpty();
    }

    @Test
    void srv_noTargetExists_fails() throws InterruptedException {
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 600, 0, 0, 80, "missing.example")));
        start(srvRecords());
        assertThat(recorder.failure()).hasMessageContaining("none of the targets of its SRV records exists");
    }

    @Test
    void srv_targetCannotBeLookedUp_fails() throws InterruptedException {
        server.reply(HTTP, SRV, Reply.of(srv(HTTP, 600, 0, 0, 80, "a.example"), srv(HTTP, 600, 0, 0, 80, "b.example")))
                .addresses("a.example", 600, "10.0.0.1")
                .reply("b.example", A, Reply.of(DnsResponseCode.SERVFAIL));
        start(srvRecords());
        assertThat(recorder.failure()).hasMessageContaining("b.example. A").hasMessageContaining("ServFail(2)");
    }

    @Test
    void addresses_noRecordOfTheKind_isAnAnswerWithoutServers() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of().authority(NameServer.soa(3600, 0)));
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.servers()).isEmpty();
        server.addresses(ORDERS, 600, "10.0.0.1");
        // The answer without records counts for 0 s, as its SOA record says.
        assertThat(recorder.serversAfter(List.of())).containsExactly("10.0.0.1:8080");
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({
        "3, 1, 'answers NXDOMAIN: no such name'",
        "2, 2, answers ServFail(2)",
        "5, 2, answers Refused(5)",
    })
    void addresses_errorOfTheNameServer_reportedAndTakenLater(int code, int asked, String message)
            throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(DnsResponseCode.valueOf(code)));
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.failure())
                .isInstanceOf(DnsFailure.class)
                .hasMessageContaining("orders.example. A: name server 127.0.0.1 port")
                .hasMessageContaining(message);
        assertThat(server.questions).hasSize(asked);
        server.addresses(ORDERS, 600, "10.0.0.1");
        assertThat(recorder.servers()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void addresses_noAnswer_reportedAsTimeout() throws InterruptedException {
        server.reply(ORDERS, A, NameServer.SILENCE);
        start(addresses().family(AddressFamily.IPV4).timeout(Duration.ofMillis(100)));
        assertThat(recorder.failure()).hasMessageContaining("does not answer").hasMessageContaining("timed out");
    }

    @Test
    void addresses_cutOffWithoutTcp_reportedAndNotTakenAsTheWhole() throws InterruptedException {
        server.reply(
                ORDERS,
                A,
                Reply.of(address(ORDERS, 60, "10.0.0.1"), address(ORDERS, 60, "10.0.0.2"))
                        .cutOffOverUdp());
        server.closeTcp();
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.failure()).hasMessageContaining("has cut off its answer");
    }

    @Test
    void addresses_malformedRecord_reported() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(new Rr(ORDERS + ".", A, 60, new byte[] {10, 0, 0})));
        start(addresses().family(AddressFamily.IPV4));
        assertThat(recorder.failure()).hasMessageContaining("malformed A record of orders.example.");
    }

    @Test
    void addresses_oneFamilyFails_reportedUnlessItIsNotAskedFor() throws InterruptedException {
        server.addresses(ORDERS, 600, "10.0.0.1").reply(ORDERS, AAAA, Reply.of(DnsResponseCode.SERVFAIL));
        start(addresses());
        assertThat(recorder.failure()).hasMessageContaining("orders.example. AAAA");
        Recorder other = new Recorder();
        start(addresses().family(AddressFamily.IPV4), other);
        assertThat(other.servers()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void addresses_firstNameServerFails_secondIsAsked() throws InterruptedException {
        server.reply(ORDERS, A, Reply.of(DnsResponseCode.SERVFAIL));
        try (NameServer second = new NameServer().addresses(ORDERS, 600, "10.0.0.1")) {
            start(configured(DnsSource.addresses(ORDERS, 8080), server, second).family(AddressFamily.IPV4));
            assertThat(recorder.servers()).containsExactly("10.0.0.1:8080");
        }
    }

    @Test
    @Tag("slow")
    void observer_refusesAndWaitsForAnEventLoop_isAskedAgain() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        server.addresses(ORDERS, 600, "10.0.0.1");
        try {
            start(addresses().eventLoops(loops), new Recorder() {
                private boolean refused;

                @Override
                public void found(Collection<FoundServer> servers) {
                    loops.submit(() -> {}).syncUninterruptibly();
                    if (!refused) {
                        refused = true;
                        throw new IllegalStateException("no such service");
                    }
                    recorder.found(servers);
                    recorder.failed(
                            new Exception(String.valueOf(Thread.currentThread().isDaemon())));
                }
            });
            assertThat(recorder.servers()).containsExactly("10.0.0.1:8080");
            assertThat(recorder.failure()).hasMessage("true");
        } finally {
            subscriptions.forEach(ServerSource.Subscription::close);
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get();
        }
    }

    @Test
    void close_whileAQueryWaits_leavesNoSocketOnTheLoopsOfTheApplication() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "SKIPPED: no list of descriptors");
        long before = sockets();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        server.reply(ORDERS, A, NameServer.SILENCE);
        try {
            start(addresses().family(AddressFamily.IPV4).eventLoops(loops).timeout(Duration.ofMinutes(1)));
            Recorder.await("a question", () -> !server.questions.isEmpty());
            assertThat(sockets()).isEqualTo(before + 1);
            subscriptions.forEach(ServerSource.Subscription::close);
            subscriptions.forEach(ServerSource.Subscription::close);
            Recorder.await("no socket", () -> sockets() == before);
            assertThat(loops.isShuttingDown()).isFalse();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get();
        }
    }

    private static long sockets() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(DnsSourceTest::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            // It was closed meanwhile.
            return false;
        }
    }

    @Test
    void addresses_loopsOfTheApplicationHaveEnded_reported() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get();
        start(addresses().family(AddressFamily.IPV4).eventLoops(loops));
        assertThat(recorder.failure()).isInstanceOf(DnsFailure.class);
    }

    @Test
    void builder_outOfRange_everyProblemNamed() {
        assertThatThrownBy(() -> DnsSource.addresses(ORDERS, 0)).hasMessage("port 0 is outside 1..65535");
        assertThatThrownBy(() -> DnsSource.srv("orders..example"))
                .hasMessageStartingWith("'orders..example' is not a name");
        assertThatThrownBy(() -> DnsSource.srv("")).isInstanceOf(IllegalArgumentException.class);
        DnsSource.Builder wrong = DnsSource.srv(HTTP).toBuilder()
                .interval(Duration.ofSeconds(3), Duration.ofSeconds(2))
                .timeout(Duration.ZERO)
                .nameServers(Endpoint.parse("10.0.0.1"));
        assertThatThrownBy(wrong::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        HTTP + ": timeout must be PT0.1S..PT1M, not PT0S; minInterval PT3S is longer than maxInterval"
                                + " PT2S; name server 10.0.0.1 has no port; expected 1..65535, usually 53");
        assertThat(DnsSource.addresses("orders.example.", 80)).hasToString("orders.example:80");
    }
}
