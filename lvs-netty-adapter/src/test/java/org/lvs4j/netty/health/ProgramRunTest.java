package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.Script;

/** Programs as probes: real processes. */
@Tag("slow")
final class ProgramRunTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final ProbePrograms programs = new ProbePrograms(loop);

    @TempDir
    Path directory;

    @AfterEach
    void end() {
        programs.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        ProbeFixture.await(
                "no process is left", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }

    private static MiscCheck check(boolean dynamic, Duration timeout, String... command) {
        return new MiscCheck(Script.of(command), CheckSchedule.builder().build(), timeout, dynamic);
    }

    private ProbeResult run(boolean dynamic, Duration timeout, String... command) throws Exception {
        ProbeFixture.End end = new ProbeFixture.End();
        programs.start(check(dynamic, timeout, command), end);
        return end.result();
    }

    @ParameterizedTest
    @CsvSource({"0, true, true", "1, false, false", "2, false, true", "137, false, true", "255, false, true"})
    void run_exitStatus_judged(int status, boolean passed, boolean passedIfDynamic) throws Exception {
        ProbeResult plain = run(false, Duration.ofSeconds(20), "sh", "-c", "exit " + status);
        assertThat(plain.passed()).isEqualTo(passed);
        assertThat(plain.exitStatus()).isEqualTo(status);
        assertThat(run(true, Duration.ofSeconds(20), "sh", "-c", "exit " + status)
                        .passed())
                .isEqualTo(passedIfDynamic);
    }

    @ParameterizedTest
    @CsvSource({"KILL", "TERM", "SEGV"})
    void run_signal_failsEvenIfDynamic(String signal) throws Exception {
        ProbeResult result = run(true, Duration.ofSeconds(20), "sh", "-c", "kill -s " + signal + " $$");
        assertThat(result).isEqualTo(ProbeResult.failed("ended by a signal"));
    }

    @Test
    void run_arguments_passedWithoutShell() throws Exception {
        Path out = directory.resolve("out");
        run(
                false,
                Duration.ofSeconds(20),
                "sh",
                "-c",
                "printf '%s|' \"$@\" >" + out,
                "name",
                "two words",
                "$HOME",
                "'",
                "*");
        assertThat(Files.readString(out)).isEqualTo("two words|$HOME|'|*|");
    }

    @Test
    void run_environment_rootDirectoryEmptyInputOwnGroup() throws Exception {
        Path out = directory.resolve("out");
        ProbeResult result = run(
                false,
                Duration.ofSeconds(20),
                "sh",
                "-c",
                "{ pwd; cat; ps -o pgid= -p $$ | tr -d ' '; echo $$; } >" + out
                        + " && yes | head -c 10000000 && yes | head -c 10000000 >&2");
        assertThat(result.passed()).as("10 MB of output and errors").isTrue();
        List<String> lines = Files.readAllLines(out);
        assertThat(lines.get(0)).isEqualTo("/");
        assertThat(lines.get(1)).as("process group").isEqualTo(lines.get(2));
    }

    @Test
    void run_tooLong_terminatesTheWholeGroup() throws Exception {
        Path pids = directory.resolve("pids");
        long start = System.nanoTime();
        ProbeResult result =
                run(false, Duration.ofMillis(500), "sh", "-c", "sleep 300 & echo $! >" + pids + "; sleep 300; true");
        assertThat(result).isEqualTo(ProbeResult.failed("not finished after 0.5 s"));
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(10).toNanos());
        assertGone(pids);
    }

    @Test
    void run_ignoresTerm_killedTwoSecondsLater() throws Exception {
        Path pids = directory.resolve("pids");
        long start = System.nanoTime();
        ProbeResult result = run(
                false,
                Duration.ofMillis(500),
                "sh",
                "-c",
                "trap '' TERM; echo $$ >" + pids + "; while true; do sleep 1; done");
        assertThat(result.passed()).isFalse();
        assertThat(System.nanoTime() - start)
                .isBetween(
                        Duration.ofMillis(2400).toNanos(),
                        Duration.ofSeconds(10).toNanos());
        assertGone(pids);
    }

    private static void assertGone(Path pids) throws IOException {
        for (String pid : Files.readAllLines(pids)) {
            ProbeFixture.await(
                    "process " + pid + " has ended",
                    () -> ProcessHandle.of(Long.parseLong(pid))
                            .map(process -> !process.isAlive() || isZombie(pid))
                            .orElse(true));
        }
    }

    private static boolean isZombie(String pid) {
        try {
            return Files.readString(Path.of("/proc", pid, "stat")).contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void run_noSuchProgram_fails() throws Exception {
        assertThat(run(false, Duration.ofSeconds(5), "/no/such/program").reason())
                .contains("there is no program");
        assertThat(run(false, Duration.ofSeconds(5), "no-such-program-here").passed())
                .isFalse();
        Path text = Files.writeString(directory.resolve("text"), "exit 0\n");
        assertThat(run(false, Duration.ofSeconds(5), text.toString()).passed()).isFalse();
    }

    @Test
    void cancel_atAnyMoment_noResultAndNoProcess() throws Exception {
        ProbeFixture.End[] ends = new ProbeFixture.End[20];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = new ProbeFixture.End();
            Execution execution = programs.start(check(false, Duration.ofSeconds(60), "sleep", "300"), ends[i]);
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(i));
            execution.cancel();
            execution.cancel();
        }
        ProbeFixture.await(
                "no process is left",
                () -> ProcessHandle.current()
                        .descendants()
                        .noneMatch(each -> each.info().commandLine().orElse("").contains("sleep 300")));
        for (ProbeFixture.End end : ends) {
            assertThat(end.isOver()).isFalse();
        }
    }

    @Test
    void problem_user_knownOrRefused() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can run programs as another user");
        assertThat(ProcessGroup.problem(new Script(List.of("true"), "nobody", null)))
                .isNull();
        assertThat(ProcessGroup.problem(new Script(List.of("true"), "no-such-user", null)))
                .contains("no-such-user");
        assertThat(ProcessGroup.problem(new Script(List.of("true"), "nobody", "no-such-group")))
                .contains("no-such-group");
        Path out = directory.resolve("out");
        Files.createFile(out);
        assertThat(out.toFile().setWritable(true, false)).isTrue();
        assertThat(directory.toFile().setExecutable(true, false)).isTrue();
        ProbeFixture.End end = new ProbeFixture.End();
        programs.start(
                new MiscCheck(
                        new Script(List.of("sh", "-c", "id -un >" + out), "nobody", null),
                        CheckSchedule.builder().build(),
                        Duration.ofSeconds(20),
                        false),
                end);
        assertThat(end.result().passed()).isTrue();
        assertThat(Files.readString(out)).isEqualTo("nobody\n");
    }
}
