package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.webcluster.ClusterStatus.Server;
import picocli.CommandLine.Help.Ansi;

final class ClusterViewTest {
    private static final int COLUMNS = 80;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void table_widestValues_fitsInEightyColumns() {
        Terminal terminal = terminal(StandardCharsets.UTF_8, Ansi.OFF);
        terminal.print(new ClusterView(terminal)
                .table(status(
                        new Server("web16", "127.127.127.127:65535", 16, 99_999, 999, 99_999, "up"),
                        new Server("web1", "127.127.127.127:65535", 16, 0, 999, 99_999, "stopped"))));
        assertThat(written().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(COLUMNS));
    }

    @Test
    void table_noConnections_sharesZero() {
        Terminal terminal = terminal(StandardCharsets.US_ASCII, Ansi.OFF);
        terminal.print(new ClusterView(terminal).table(status(new Server("web1", "127.0.0.1:80", 1, 0, 0, 0, "up"))));
        assertThat(written()).contains("0.0%").doesNotContain("#", "NaN");
    }

    @Test
    void print_asciiCharset_asciiOnly() {
        Terminal terminal = terminal(StandardCharsets.US_ASCII, Ansi.OFF);
        terminal.print(new ClusterView(terminal).table(status(new Server("web1", "127.0.0.1:80", 1, 7, 0, 0, "up"))));
        assertThat(written()).contains("100.0%", "##########").doesNotContain("?", "\u001B");
    }

    @Test
    void live_notInteractive_writesNothing() {
        Terminal terminal = terminal(StandardCharsets.UTF_8, Ansi.OFF);
        terminal.live(List.of("moving"));
        terminal.print("staying");
        assertThat(written()).isEqualTo("staying\n");
    }

    @Test
    void live_interactive_redrawnInPlaceThenReplaced() {
        Terminal terminal = terminal(StandardCharsets.UTF_8, Ansi.ON);
        terminal.live(List.of("one", "two"));
        terminal.live(List.of("three"));
        terminal.print("staying");
        terminal.print("below");
        assertThat(written()).isEqualTo("one\ntwo\n\u001B[2A\u001B[Jthree\n\u001B[1A\u001B[Jstaying\nbelow\n");
    }

    @Test
    void mute_laterOutput_suppressed() {
        Terminal terminal = terminal(StandardCharsets.UTF_8, Ansi.ON);
        terminal.mute();
        terminal.live(List.of("moving"));
        terminal.print("staying");
        assertThat(bytes.size()).isZero();
        assertThat(terminal.muted()).isTrue();
    }

    @Test
    void since_earlierState_differenceOfCounts() {
        ClusterStatus earlier = new ClusterStatus("a", "wrr", 5, List.of(new Server("web1", "old", 3, 10, 1, 1, "up")));
        ClusterStatus later =
                new ClusterStatus("a", "wrr", 7, List.of(new Server("web1", "new", 3, 14, 2, 0, "stopped")));
        assertThat(later.since(earlier))
                .isEqualTo(new ClusterStatus("a", "wrr", 2, List.of(new Server("web1", "new", 3, 4, 2, 0, "stopped"))));
    }

    private Terminal terminal(Charset charset, Ansi ansi) {
        return new Terminal(new PrintStream(bytes, false, charset), charset, ansi);
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static ClusterStatus status(Server... servers) {
        return new ClusterStatus("127.0.0.1:8080", "wrr", 0, List.of(servers));
    }
}
