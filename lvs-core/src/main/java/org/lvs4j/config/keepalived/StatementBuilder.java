package org.lvs4j.config.keepalived;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes statements of words and braces. A brace that is missing is reported once, and what follows is read as if it were
 * there.
 */
final class StatementBuilder {
    private static final int MAX_DEPTH = 32;

    private final Consumer<Statement> output;
    private final Problems problems;
    private final Deque<Frame> open = new ArrayDeque<>();
    private List<Word> words = new ArrayList<>();
    private boolean broken;
    private int statements;

    /** How many blocks have been closed where a brace seemed to be missing: so many braces may be left over. */
    private int closedEarly;

    /** Whether a block of the current service is outside of the block to which it belongs: a '}' is too early. */
    private boolean strayed;

    /** How many braces may be left over, because blocks are at the top that belong to the service before them. */
    private int surplus;

    /** A block that is not closed yet. */
    private static final class Frame {
        private final @Nullable Statement header;
        private final Place opened;
        private final List<Statement> statements = new ArrayList<>();

        /** The last statement, which has a block if the next character is a brace. */
        private @Nullable Statement last;

        Frame(@Nullable Statement header, Place opened) {
            this.header = header;
            this.opened = opened;
        }

        String key() {
            return header == null ? BlockKeys.FILE : header.key().text();
        }
    }

    /**
     * A builder.
     *
     * @param output receives the statements of the file itself, each with its block
     */
    StatementBuilder(Consumer<Statement> output, Problems problems) {
        this.output = output;
        this.problems = problems;
        open.push(new Frame(null, new Place("", 1, 1)));
    }

    /** The key of the statement to which the next word belongs; null if that word begins a statement. */
    @Nullable
    String key() {
        return words.isEmpty() ? null : words.get(0).text();
    }

    private Frame frame() {
        return open.element();
    }

    void word(Word word) {
        if (words.isEmpty()) {
            beforeStatement(word);
        }
        words.add(word);
    }

    /** A word that cannot be read, which has been reported; the rest of the line is lost. */
    void broken(Place place) {
        if (words.isEmpty()) {
            word(new Word("", place));
        }
        broken = true;
    }

    void endOfLine() {
        if (!words.isEmpty()) {
            frame().last = new Statement(words, broken, null);
            words = new ArrayList<>();
            broken = false;
        }
    }

    void open(Place place) {
        endOfLine();
        Statement header = frame().last;
        frame().last = null;
        if (header == null) {
            problems.error(place.error("{", "block without a key", "a key before it"));
        }
        push(header == null ? new Statement(List.of(new Word("", place)), true, null) : header, place);
    }

    private void push(Statement header, Place place) {
        if (open.size() > MAX_DEPTH) {
            throw problems.fatal(place.error("{", "too many blocks in each other", "at most " + MAX_DEPTH));
        }
        open.push(new Frame(header, place));
    }

    void close(Place place) {
        endOfLine();
        finishLast(place, "}");
        if (open.size() > 1) {
            closeFrame(place);
        } else if (closedEarly > 0) {
            closedEarly--;
        } else if (surplus > 0) {
            surplus--;
        } else {
            problems.error(place.error("}", "brace that closes nothing", "as many '{' before it as '}'"));
        }
    }

    /** Ends the text: every block must be closed. */
    void end() {
        endOfLine();
        Place last = frame().opened;
        finishLast(last, "");
        Frame outermost = null;
        for (Iterator<Frame> frames = open.descendingIterator(); frames.hasNext(); ) {
            Frame each = frames.next();
            outermost = outermost == null && each.header != null ? each : outermost;
        }
        if (outermost != null && outermost.header != null && closedEarly == 0) {
            problems.error(outermost.header.key().error("block that is not closed:", "a '}' for each '{' in it"));
        }
        while (open.size() > 1) {
            closeFrame(last);
        }
    }

    /** Called before a word that begins a statement. */
    private void beforeStatement(Word word) {
        String key = word.text();
        Statement last = frame().last;
        if (last != null
                && BlockKeys.opensBlock(frame().key(), last.key().text())
                && !last.broken()
                && mayBeIn(last.key().text(), key)) {
            frame().last = null;
            problems.error(word.error("brace missing behind '" + last.key().text() + "', found", "'{'"));
            push(last, word.place());
            return;
        }
        finishLast(word.place(), key);
        if (open.size() == 1 && BlockKeys.opensBlock(BlockKeys.FILE, key)) {
            strayed = false;
            surplus = 0;
        }
        if (open.size() > 1 && BlockKeys.onlyInFile(key)) {
            closeEarly(word, 1);
        } else if (key.equals("real_server") && BlockKeys.insideServer(frame().key())) {
            int depth = open.size();
            for (Frame each : open) {
                if (each.key().equals("virtual_server")) {
                    closeEarly(word, depth);
                    return;
                }
                depth--;
            }
        }
    }

    /** Whether a statement may belong to a block whose brace is missing, rather than to the block around it. */
    private boolean mayBeIn(String block, String key) {
        return !BlockKeys.onlyInFile(key)
                && (!BlockKeys.opensBlock(frame().key(), key) || BlockKeys.opensBlock(block, key));
    }

    private void closeEarly(Word word, int depth) {
        Frame inner = frame();
        problems.error(word.error(
                "misplaced in the block '" + KeepalivedException.shown(inner.key()) + "' of line " + inner.opened.line()
                        + ":",
                "a '}' before it"));
        while (open.size() > depth) {
            closeFrame(word.place());
            closedEarly++;
        }
    }

    /** Finishes the last statement, behind which there is no brace. */
    private void finishLast(Place next, String found) {
        Statement last = frame().last;
        if (last == null) {
            return;
        }
        frame().last = null;
        if (BlockKeys.opensBlock(frame().key(), last.key().text()) && !last.broken()) {
            problems.error(
                    found.isEmpty()
                            ? last.key().error("brace missing behind", "'{'")
                            : next.error(
                                    found, "brace missing behind '" + last.key().text() + "', found", "'{'"));
            add(new Statement(last.words(), true, new Statement.Block(List.of(), next, next)));
        } else {
            add(last);
        }
    }

    private void closeFrame(Place place) {
        finishLast(place, "}");
        Frame closed = open.pop();
        Statement header = closed.header;
        if (header != null && !header.key().text().isEmpty()) {
            add(new Statement(
                    header.words(), header.broken(), new Statement.Block(closed.statements, closed.opened, place)));
        }
    }

    private void add(Statement statement) {
        if (++statements > KeepalivedFile.MAX_STATEMENTS) {
            throw problems.fatal(
                    statement.key().error("too many statements", "at most " + KeepalivedFile.MAX_STATEMENTS));
        }
        String key = statement.key().text();
        boolean block = statement.block() != null;
        boolean strays = block && BlockKeys.isInner(key) && !BlockKeys.opensBlock(frame().key(), key);
        if (open.size() > 1) {
            strayed |= strays;
            frame().statements.add(statement);
        } else if (strays && closedEarly == 0) {
            surplus = 1;
            if (!strayed) {
                strayed = true;
                output.accept(statement);
            }
        } else if (BlockKeys.opensBlock(BlockKeys.FILE, key)) {
            output.accept(statement);
        } else if (closedEarly == 0 && surplus == 0) {
            output.accept(statement);
        }
    }
}
