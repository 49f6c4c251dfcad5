package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recorded files with random changes, and random bytes. Each failure names the seed and the text. */
@Tag("slow")
class KeepalivedFuzzTest {
    private static final int CASES = 10_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Of the processor, whatever else the machine does. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final String PIECES = " \t\r\n{}\"'#!\\$@~/.,-=()[]0123456789abcdefNxAZ_\u0000\u00e4";

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void parse_anyBytes_aConfigurationOrADefinedErrorQuickly() throws IOException {
        List<byte[]> corpus = corpus();
        int read = 0;
        int slowest = 0;
        Duration longest = Duration.ZERO;
        for (int i = 0; i < CASES; i++) {
            byte[] text = i % 10 == 0 ? noise() : mutated(corpus);
            long start = THREADS.getCurrentThreadCpuTime();
            read += survives(text) ? 1 : 0;
            Duration time = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - start);
            assertThat(time).as("seed %d, case %d", seed, i).isLessThan(LONGEST);
            if (time.compareTo(longest) > 0) {
                longest = time;
                slowest = i;
            }
        }
        System.out.printf("slowest of seed %d: case %d, %d ms%n", seed, slowest, longest.toMillis());
        // If nearly all mutations passed, or nearly all failed, the test would cover little.
        assertThat(read).as("seed %d", seed).isBetween(CASES / 100, CASES * 9 / 10);
    }

    private static List<byte[]> corpus() throws IOException {
        try (Stream<Path> files = Files.walk(RecordedConfigurationsTest.FOLDER)) {
            List<byte[]> corpus = new ArrayList<>();
            files.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .map(TestFiles::read)
                    .filter(text -> text.length > 0)
                    .forEach(corpus::add);
            return corpus;
        }
    }

    private byte[] noise() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(200);
        for (int i = 0; i < length; i++) {
            text.append(PIECES.charAt(random.nextInt(PIECES.length())));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] mutated(List<byte[]> corpus) {
        StringBuilder text =
                new StringBuilder(new String(corpus.get(random.nextInt(corpus.size())), StandardCharsets.ISO_8859_1));
        String other = new String(corpus.get(random.nextInt(corpus.size())), StandardCharsets.ISO_8859_1);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(20));
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, PIECES.charAt(random.nextInt(PIECES.length())));
                case 2 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
                default -> {
                    int from = random.nextInt(other.length());
                    text.replace(at, end, other.substring(from, Math.min(other.length(), from + random.nextInt(40))));
                }
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean survives(byte[] text) {
        try {
            boolean accepted = accepts(text);
            KeepalivedConfiguration tolerant =
                    KeepalivedFile.parse("fuzz", "", text, KeepalivedOptions.DEFAULT.asTolerant());
            Conversion printed = Conversion.toKeepalived(tolerant);
            if (accepted && printed.lost().isEmpty()) {
                assertReadAgain(printed.text(), tolerant);
            }
            return accepted;
        } catch (KeepalivedException | RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ": " + new String(text, StandardCharsets.ISO_8859_1), e);
        }
    }

    private static boolean accepts(byte[] text) {
        try {
            KeepalivedFile.parse("fuzz", "", text, KeepalivedOptions.DEFAULT);
            return true;
        } catch (KeepalivedException e) {
            for (KeepalivedException each : e.all()) {
                boolean placed = each.line() >= 1
                        && each.column() >= 1
                        && !each.expected().isBlank();
                if (!placed
                        || !String.valueOf(each.getMessage()).startsWith("fuzz:" + each.line() + ":" + each.column())) {
                    throw new IllegalStateException("not placed: " + each.getMessage(), e);
                }
            }
            return false;
        }
    }

    private static void assertReadAgain(String printed, KeepalivedConfiguration original) throws KeepalivedException {
        KeepalivedConfiguration again =
                KeepalivedFile.parse("printed", printed, KeepalivedOptions.DEFAULT.asTolerant());
        if (!Conversion.toKeepalived(again).text().equals(printed)
                || !again.startTable().equals(original.startTable())) {
            throw new IllegalStateException("not the same again: " + printed);
        }
    }
}
