package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;

/**
 * Computes and prints the table of {@code docs/schedulers.md} that shows how evenly the hashing schedulers spread
 * clients and how many clients move when a server leaves, and compares it with the page.
 */
@Tag("slow")
final class HashingFiguresTest {
    private static final int CLIENTS = 100_000;
    private static final int[] SIZES = {10, 100, 1000};
    private static final Schedulers ALL = Schedulers.load(HashingFiguresTest.class.getClassLoader());

    @Test
    void page_figures_equalComputedOnes() throws IOException {
        List<String> rows = new ArrayList<>();
        for (String name : List.of("sh", "dh", "mh", "mh-stable", "rendezvous")) {
            StringBuilder row = new StringBuilder("| `" + name + "` |");
            for (int size : SIZES) {
                row.append(figures(name, size));
            }
            rows.add(row.toString());
        }
        StringBuilder chance = new StringBuilder("| chance alone |");
        for (int size : SIZES) {
            SplittableRandom random = new SplittableRandom(1);
            chance.append(spread(client -> random.nextInt(size), size)).append(" – |");
        }
        rows.add(chance.toString());
        rows.forEach(System.out::println);
        assertThat(Files.readAllLines(Path.of("..", "docs", "schedulers.md"))).containsAll(rows);
    }

    private static String figures(String name, int size) {
        TestServers before = TestServers.none();
        for (int i = 1; i <= size; i++) {
            before = before.with(RealServer.builder(TestService.endpoint(i)).build(), new TestServers.Live(i));
        }
        int[] idsBefore = ids(name, before);
        double moved = 0;
        int[] leaving = {size / 5, size / 2, size * 4 / 5};
        for (int gone : leaving) {
            int[] idsAfter = ids(name, before.without(gone));
            int others = 0;
            int movedNow = 0;
            for (int client = 0; client < CLIENTS; client++) {
                if (idsBefore[client] != before.id(gone)) {
                    others++;
                    movedNow += idsBefore[client] != idsAfter[client] ? 1 : 0;
                }
            }
            moved += 100.0 * movedNow / others / leaving.length;
        }
        return spread(client -> idsBefore[client] - 1, size) + String.format(Locale.ROOT, " %.2f %% |", moved);
    }

    private static int[] ids(String name, TestServers servers) {
        Scheduler scheduler = ALL.find(name).create(servers, TestService.of("rr"));
        int[] ids = new int[CLIENTS];
        for (int client = 0; client < CLIENTS; client++) {
            ids[client] = servers.id(scheduler.pick(servers, TestService.flow(client * 257)));
        }
        return ids;
    }

    /** The smallest and the largest share of clients, in percent of the fair share. */
    private static String spread(IntUnaryOperator serverOfClient, int size) {
        int[] shares = new int[size];
        for (int client = 0; client < CLIENTS; client++) {
            shares[serverOfClient.applyAsInt(client)]++;
        }
        int smallest = Integer.MAX_VALUE;
        int largest = 0;
        for (int share : shares) {
            smallest = Math.min(smallest, share);
            largest = Math.max(largest, share);
        }
        double fair = (double) CLIENTS / size;
        return String.format(Locale.ROOT, " %.0f–%.0f %% |", 100 * smallest / fair, 100 * largest / fair);
    }
}
