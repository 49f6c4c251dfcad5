package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random rules, valid and broken. Each failure names the seed and the text. */
@Tag("slow")
class RuleFuzzTest {
    private static final int CASES = 200_000;
    private static final String ALPHABET = " \t\r\n-=,.:[]#0123456789abcdefghimnoprstuwxyzACDELMRSZ6\u0000\uD800é";

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void print_everyOption_parsedAsTheSame() throws RuleException {
        RuleCorpus corpus = new RuleCorpus(seed);
        Set<Option> options = EnumSet.noneOf(Option.class);
        Set<Command> commands = EnumSet.noneOf(Command.class);
        for (int i = 0; i < 20_000; i++) {
            String line = corpus.line();
            Rules rules = parse(line);
            String printed = rules.print();
            assertThat(Rules.parse(printed, "printed"))
                    .as("seed %d: %s", seed, line)
                    .isEqualTo(rules);
            assertThat(Rules.parse(printed, "printed").print()).isEqualTo(printed);
            Arguments arguments = Arguments.of(Words.of(line, 0, line.length(), "line", 1));
            commands.add(arguments.command());
            EnumSet.allOf(Option.class).stream().filter(arguments::has).forEach(options::add);
        }
        assertThat(options).containsExactlyInAnyOrder(Option.values());
        assertThat(commands).containsExactlyInAnyOrder(Command.values());
    }

    private Rules parse(String line) {
        try {
            return Rules.parse(line, "corpus");
        } catch (RuleException e) {
            throw new AssertionError("seed " + seed + ": " + line, e);
        }
    }

    @Test
    void parse_brokenText_rulesOrRuleExceptionOnly() {
        RuleCorpus corpus = new RuleCorpus(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            lines.add(corpus.line());
        }
        int read = 0;
        for (int i = 0; i < CASES; i++) {
            String text = i % 8 == 0 ? noise() : mutated(lines);
            read += survives(text) ? 1 : 0;
        }
        // If nearly all mutations passed, or nearly all failed, the test would cover little.
        assertThat(read).as("seed %d", seed).isBetween(CASES / 50, CASES * 9 / 10);
    }

    private boolean survives(String text) {
        try {
            Rules rules = Rules.parse(text, "fuzz");
            if (!Rules.parse(rules.print(), "again").equals(rules)) {
                throw new AssertionError("seed " + seed + ": not the same again: " + text);
            }
            return true;
        } catch (RuleException e) {
            boolean placed = e.line() >= 1
                    && e.column() >= 1
                    && !e.expected().isBlank()
                    && e.getMessage().startsWith("fuzz:" + e.line() + ":" + e.column() + ": ")
                    && text.lines().skip(e.line() - 1L).findFirst().isPresent();
            if (!placed) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ": " + text, e);
        }
    }

    private String noise() {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(60); length > 0; length--) {
            text.append(random.nextInt(4) == 0 ? (char) random.nextInt(0x1_0000) : letter());
        }
        return text.toString();
    }

    private char letter() {
        return ALPHABET.charAt(random.nextInt(ALPHABET.length()));
    }

    private String mutated(List<String> lines) {
        StringBuilder text = new StringBuilder(lines.get(random.nextInt(lines.size())));
        for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + 1 + random.nextInt(4));
            switch (random.nextInt(6)) {
                case 0 -> text.insert(at, letter());
                case 1 -> text.delete(at, end);
                case 2 -> text.replace(at, end, String.valueOf(letter()));
                case 3 -> text.insert(at, text.substring(at, end));
                case 4 ->
                    text.append(random.nextBoolean() ? '\n' : ' ').append(lines.get(random.nextInt(lines.size())));
                default -> swapWords(text);
            }
        }
        return text.toString();
    }

    private void swapWords(StringBuilder text) {
        String[] words = text.toString().split(" ");
        if (words.length > 1) {
            int one = random.nextInt(words.length);
            int other = random.nextInt(words.length);
            String word = words[one];
            words[one] = words[other];
            words[other] = word;
        }
        text.setLength(0);
        text.append(String.join(" ", words));
    }
}
