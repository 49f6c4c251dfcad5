package org.lvs4j.examples.webcluster.story;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.lvs4j.Drain;
import org.lvs4j.examples.webcluster.cluster.Cluster;
import org.lvs4j.examples.webcluster.cluster.WebNode;
import org.lvs4j.examples.webcluster.director.ConfigurationException;
import org.lvs4j.examples.webcluster.visitors.Crowd;
import org.lvs4j.examples.webcluster.visitors.Crowd.Behaviour;
import org.lvs4j.examples.webcluster.visitors.Tally;

/**
 * The story of a web cluster in steps: load comes, servers are added, one is drained, one is killed, one freezes, the
 * database is restarted. Each step is watched and checked.
 */
public final class Story {
    private static final int VISITORS = 16;
    private static final int FIRST_VISITOR = 0;
    private static final long FRAME_MILLIS = 100;
    private static final long IDLE_FRAME_MILLIS = 1000;
    private static final long LOOK_MILLIS = 3000;
    private static final long LONGEST_WAIT_MILLIS = 60_000;
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(8);
    private static final long OUTAGE_MILLIS = 1500;

    /** So many connections tell a share. */
    private static final long ENOUGH_CONNECTIONS = 40;

    /** A new server has its share when it gets this part of what is fair. */
    private static final double FAIR_ENOUGH = 0.5;

    private final Cluster cluster;
    private final Terminal terminal;
    private final ClusterView view;
    private final Checks checks;
    private int step;

    public Story(Cluster cluster, Terminal terminal) {
        this.cluster = cluster;
        this.terminal = terminal;
        view = new ClusterView(cluster, terminal);
        checks = new Checks(terminal);
    }

    /** Runs every step; returns whether every check passed. */
    public boolean run() throws IOException, ConfigurationException, InterruptedException {
        introduce();
        shareFiles();
        Map<String, Long> delivered;
        try (Books books = new Books(cluster)) {
            delivered = books.delivered();
        }
        try (Crowd crowd = Crowd.start(cluster.site(), VISITORS, FIRST_VISITOR, Behaviour.SHOPPING)) {
            load(crowd);
            grow(crowd);
            drain(crowd);
            kill(crowd);
            freeze(crowd);
            restartDatabase(crowd);
            sum(crowd, crowd.leave(), delivered);
        }
        return checks.allHold();
    }

    /** Shows the tiers, the file that the director runs, and where to watch. */
    public void introduce() {
        terminal.print(List.of("", "@|bold A web cluster behind a Linux Virtual Server, all on this machine|@", ""));
        terminal.print(view.tiers());
        terminal.print(List.of(
                "",
                "  The director runs   @|bold " + cluster.configurationFile() + "|@",
                "  Watch it            @|bold " + cluster.dashboard() + "|@"));
    }

    private void title(String text) {
        step++;
        terminal.print(List.of("", "@|bold " + step + "  " + text + "|@"));
    }

    private void event(String text) {
        terminal.print("  @|bold " + terminal.symbol("→ ", "-> ") + text + "|@");
    }

    // ---- the steps

    private void shareFiles() throws IOException {
        title("Shared storage: a file is put into " + cluster.files() + ", and every web server has it");
        String content = "written " + System.nanoTime();
        Files.writeString(cluster.files().resolve("hello.txt"), content);
        Set<String> servers = new TreeSet<>();
        for (WebNode node : cluster.servers()) {
            if (content.equals(cluster.site().at(node.address()).text("/files/hello.txt"))) {
                servers.add(node.name());
            }
        }
        checks.expect(
                servers.size() == cluster.servers().size(),
                "served at once by " + String.join(", ", servers) + ", with nothing copied");
    }

    private void load(Crowd crowd) throws InterruptedException {
        title("Load comes: " + VISITORS + " visitors at a time sign up, fill baskets and buy");
        Moment before = now(crowd);
        await(crowd, before, () -> crowd.tally().signIns() >= VISITORS);
        watch(crowd, before, LOOK_MILLIS);
        // On a slow machine the first visits may last longer.
        await(crowd, before, () -> crowd.tally().resumed() > 0);
        Tally met = crowd.tally().since(before.tally());
        terminal.print(view.table(before, now(crowd)));
        expectUnharmed(met, Set.of());
        checks.expect(
                met.pagesOf().size() == cluster.servers().size(),
                "visitors are spread over "
                        + String.join(", ", new TreeSet<>(met.pagesOf().keySet())));
        checks.expect(
                met.resumed() > 0,
                met.resumed() + " of " + (met.resumed() + met.full())
                        + " TLS sessions were resumed: visitors came back to their server");
    }

    private void grow(Crowd crowd) throws IOException, ConfigurationException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            title("Load grows: another web server joins");
            Moment before = now(crowd);
            WebNode added = during(crowd, before, cluster::addServer);
            event(added.name() + " answers, and is in "
                    + cluster.configurationFile().getFileName());
            Moment joined = now(crowd);
            long start = System.nanoTime();
            double fair = FAIR_ENOUGH / cluster.servers().size();
            boolean shared = await(
                    crowd,
                    before,
                    () -> now(crowd).allSince(joined, cluster.servers()) >= ENOUGH_CONNECTIONS
                            && now(crowd).shareSince(joined, added, cluster.servers()) >= fair
                            && crowd.tally().since(joined.tally()).pagesOf(added.name()) > 0);
            Moment after = now(crowd);
            terminal.print(view.table(joined, after));
            checks.expect(
                    shared,
                    String.format(
                            "%.0f s later %s has %.0f %% of the %d connections since it joined",
                            seconds(start),
                            added.name(),
                            100 * after.shareSince(joined, added, cluster.servers()),
                            after.allSince(joined, cluster.servers())));
            expectUnharmed(after.tally().since(before.tally()), Set.of());
        }
    }

    private void drain(Crowd crowd) throws InterruptedException {
        WebNode node = cluster.servers().get(0);
        title("Maintenance: " + node.name() + " is drained within " + DRAIN_DEADLINE.toSeconds() + " s");
        Moment before = now(crowd);
        Drain drain = cluster.director().drain(node.endpoint(), DRAIN_DEADLINE);
        await(crowd, before, () -> drain.phase() != Drain.Phase.DRAINING);
        Moment deadline = now(crowd);
        Tally met = deadline.tally().since(before.tally());
        terminal.print(view.table(before, deadline));
        checks.expect(
                met.pagesOf(node.name()) > 0 && met.lost() == 0,
                "until the deadline " + node.name() + " answered " + met.pagesOf(node.name())
                        + " more pages to its visitors, new ones went elsewhere, " + met.lost() + " sessions broken");
        boolean drained = await(crowd, before, () -> drain.phase().over());
        watch(crowd, before, LOOK_MILLIS / 3);
        Tally moved = crowd.tally().since(deadline.tally());
        event("after it, " + moved.lost() + " visitors who were still there signed in on another server");
        checks.expect(
                drained && moved.lostOnlyFrom(Set.of(node.name())), "drained; no other server's session was touched");
        expectUnharmed(crowd.tally().since(before.tally()), Set.of(node.name()));
        drain.abort();
        event(node.name() + " is back in service");
    }

    private void kill(Crowd crowd) throws IOException, InterruptedException, ConfigurationException {
        WebNode node = cluster.servers().get(1);
        watch(crowd, now(crowd), LOOK_MILLIS / 2);
        title("Failure: " + node.name() + " is killed by SIGKILL");
        Moment before = now(crowd);
        node.kill();
        boolean down = await(crowd, before, () -> !serves(node));
        checks.expect(down, "the health check took " + node.name() + " out of service");
        watch(crowd, before, LOOK_MILLIS / 2);
        Tally met = crowd.tally().since(before.tally());
        terminal.print(view.table(before, now(crowd)));
        event(met.lost() + " visitors had their session there and signed in again on another server; "
                + met.failedAt().getOrDefault(node.name(), 0L) + " requests got no answer");
        expectUnharmed(met, Set.of(node.name()));
        during(crowd, before, () -> {
            cluster.restart(node);
            return node;
        });
        checks.expect(await(crowd, before, () -> serves(node)), node.name() + " was started again, and serves");
    }

    private void freeze(Crowd crowd) throws IOException, InterruptedException {
        WebNode node = cluster.servers().get(2);
        watch(crowd, now(crowd), LOOK_MILLIS / 2);
        title("Failure: " + node.name() + " freezes: its port stays open, nothing answers (SIGSTOP)");
        Moment before = now(crowd);
        long start = System.nanoTime();
        node.freeze();
        boolean down = await(crowd, before, () -> !serves(node));
        checks.expect(
                down,
                String.format("%.1f s later the health check took %s out of service", seconds(start), node.name()));
        watch(crowd, before, LOOK_MILLIS);
        Tally met = crowd.tally().since(before.tally());
        terminal.print(view.table(before, now(crowd)));
        event(met.lost() + " visitors signed in again on another server; "
                + met.failedAt().getOrDefault(node.name(), 0L) + " requests got no answer");
        expectUnharmed(met, Set.of(node.name()));
        node.thaw();
        checks.expect(await(crowd, before, () -> serves(node)), node.name() + " goes on, and serves again");
        watch(crowd, before, LOOK_MILLIS / 3);
    }

    private void restartDatabase(Crowd crowd) throws IOException, InterruptedException, ConfigurationException {
        if (!cluster.ownsDatabase()) {
            title("The database is not one of this cluster, and is not restarted");
            return;
        }
        title("Failure: the database is stopped, and started again");
        Moment before = now(crowd);
        cluster.stopDatabase();
        watch(crowd, before, OUTAGE_MILLIS);
        during(crowd, before, () -> {
            cluster.startDatabase();
            return cluster;
        });
        Moment back = now(crowd);
        Tally met = back.tally().since(before.tally());
        terminal.print(view.table(before, back));
        checks.expect(
                met.unavailable() > 0,
                met.unavailable() + " pages said that the database does not answer and nothing was ordered");
        boolean recovered =
                await(crowd, back, () -> crowd.tally().since(back.tally()).orders() >= VISITORS / 4);
        Tally after = crowd.tally().since(back.tally());
        checks.expect(recovered, after.orders() + " orders were confirmed since it is back");
        expectUnharmed(crowd.tally().since(before.tally()), Set.of());
    }

    private void sum(Crowd crowd, Tally all, Map<String, Long> delivered) {
        title("The sum");
        try (Books books = new Books(cluster)) {
            long kept = books.countOrders(
                    crowd.orders().stream().map(Crowd.Order::number).toList());
            checks.expect(
                    all.orders() > 0 && kept == all.orders(),
                    kept + " of " + all.orders() + " orders that were confirmed are in the database");
            checks.expect(
                    books.delivered().equals(delivered) && books.least() >= 0,
                    "of each product, what is left and what was sold is what there was before; none is below zero");
        }
        checks.expect(
                all.wrong() == 0 && all.pages() > 0,
                all.pages() + " pages, " + all.wrong() + " wrong"
                        + reasons(all.wrong() == 0 ? Map.of() : all.problems()));
        terminal.print(String.format(
                "    TLS: %d full handshakes, %d resumed (%.0f %%); sign-ins: %d",
                all.full(),
                all.resumed(),
                100.0 * all.resumed() / Math.max(1, all.full() + all.resumed()),
                all.signIns()));
    }

    /** Checks that nothing has happened to visitors but to those of some servers. */
    private void expectUnharmed(Tally met, Set<String> harmed) {
        boolean well = met.lostOnlyFrom(harmed) && met.failedOnlyAt(harmed) && met.wrong() == 0;
        checks.expect(
                well,
                (harmed.isEmpty() ? "all visitors" : "all other visitors")
                        + ": no session lost, no request without an answer, nothing wrong"
                        + (well
                                ? ""
                                : "; but lost from " + met.lostFrom() + ", no answer at " + met.failedAt()
                                        + reasons(met.problems())));
    }

    private static String reasons(Map<String, Long> problems) {
        return problems.isEmpty() ? "" : " " + problems;
    }

    // ---- watching

    private Moment now(Crowd crowd) {
        return Moment.of(crowd.tally(), cluster.director().service().servers());
    }

    private boolean serves(WebNode node) {
        return cluster.director().service().servers().stream()
                .anyMatch(server -> server.server().endpoint().equals(node.endpoint()));
    }

    private static double seconds(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private void watch(Crowd crowd, Moment since, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            terminal.live(view.table(since, now(crowd)));
            Thread.sleep(FRAME_MILLIS);
        }
    }

    /** Watches until a condition holds; returns false if it does not in time. */
    private boolean await(Crowd crowd, Moment since, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_WAIT_MILLIS * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            terminal.live(view.table(since, now(crowd)));
            Thread.sleep(FRAME_MILLIS);
        }
        return true;
    }

    /** Watches while something is done on another thread. */
    private <T> T during(Crowd crowd, Moment since, Work<T> work)
            throws IOException, ConfigurationException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work::run);
        new Thread(task, "step").start();
        while (true) {
            try {
                return task.get(FRAME_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                terminal.live(view.table(since, now(crowd)));
            } catch (ExecutionException e) {
                Throwable cause = requireNonNull(e.getCause());
                if (cause instanceof ConfigurationException invalid) {
                    throw invalid;
                }
                throw new IOException(cause.getMessage(), cause);
            }
        }
    }

    /** Keeps visitors coming and the table drawn until output is suppressed. */
    public void goOn() throws InterruptedException {
        try (Crowd crowd = Crowd.start(
                cluster.site(), VISITORS / 4, 1_000_000, Behaviour.SHOPPING.withPause(Duration.ofMillis(500)))) {
            Moment since = now(crowd);
            while (!terminal.muted()) {
                if (terminal.interactive()) {
                    terminal.live(view.table(since, now(crowd)));
                }
                Thread.sleep(IDLE_FRAME_MILLIS);
            }
        }
    }

    private interface Work<T> {
        T run() throws IOException, ConfigurationException;
    }
}
