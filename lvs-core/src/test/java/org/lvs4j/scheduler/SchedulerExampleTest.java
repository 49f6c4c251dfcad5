package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;

/**
 * The example in the description of the scheduler package is the code of {@link RandomSchedulerProvider}, which works.
 */
final class SchedulerExampleTest {
    private static final Path MAIN = Path.of("src/main/java/org/lvs4j/scheduler/package-info.java");
    private static final Path TEST = Path.of("src/test/java/org/lvs4j/scheduler/RandomSchedulerProvider.java");

    @Test
    void packageDescription_example_isTheTestedClass() throws IOException {
        String description = Files.readString(MAIN).replace("\r", "");
        int start = description.indexOf(" * public final class");
        String example = description.substring(start, description.indexOf(" * }</pre>", start));
        String code = Files.readString(TEST).replace("\r", "");
        assertThat(example.replaceAll("(?m)^ \\* ?", "")).isEqualTo(code.substring(code.indexOf("public final class")));
    }

    @Test
    void pick_fourServersOneOverloadedOneQuiesced_othersInEqualShares() {
        TestServers servers = TestServers.none();
        for (int i = 1; i <= 4; i++) {
            RealServer server = RealServer.builder(TestService.endpoint(i))
                    .weight(i == 4 ? 0 : i)
                    .build();
            servers = servers.with(server, new TestServers.Live(i));
        }
        // The list is newest first: index 0 is the quiesced server.
        servers.live(1).overloaded = true;
        TestService context = new TestService("rr", Set.of(), new SplittableRandom(1));
        Scheduler scheduler = new RandomSchedulerProvider().create(servers, context);
        int[] picked = new int[4];
        for (int i = 0; i < 2_000; i++) {
            picked[scheduler.pick(servers, TestService.flow(i))]++;
        }
        assertThat(picked[0]).isZero();
        assertThat(picked[1]).isZero();
        assertThat(picked[2]).isBetween(900, 1_100);
        servers.live(2).overloaded = true;
        servers.live(3).overloaded = true;
        assertThat(scheduler.pick(servers, TestService.flow(1))).isEqualTo(Scheduler.NONE);
    }
}
