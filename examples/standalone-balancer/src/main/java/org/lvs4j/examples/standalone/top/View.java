package org.lvs4j.examples.standalone.top;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.Table.Selection;

/** What the screen shows: the last snapshot, and what the keys have made of it. Not thread-safe. */
final class View {
    private final History history = new History();
    private final String interval;
    private Layout layout = Layout.of(24, 80);
    private @Nullable Snapshot snapshot;
    private Table table = Table.EMPTY;
    private Selection selection = Selection.ALL;
    private @Nullable String cursorKey;
    private int cursor;
    private int top;
    private @Nullable Prompt prompt;
    private String message = "";
    private @Nullable String problem;
    private String clock = "";
    private String answered = "";

    /** A view without a snapshot; the interval between two, for people. */
    View(String interval) {
        this.interval = interval;
    }

    /** Takes a snapshot. */
    void accept(Snapshot next) {
        Snapshot before = snapshot;
        if (before != null && before.process() != next.process()) {
            message = "another lvsd answers: process " + next.process();
        }
        snapshot = next;
        problem = null;
        answered = clock;
        history.add(next);
        update();
    }

    /** Keeps the last snapshot, and says why there is no newer one. */
    void fail(String reason) {
        problem = (snapshot == null ? "" : "figures of " + answered + ": ") + reason;
    }

    void resize(int rows, int columns) {
        layout = Layout.of(rows, columns);
        settle();
    }

    void clock(String time) {
        clock = time;
    }

    private void update() {
        Snapshot current = snapshot;
        if (current != null) {
            table = Table.of(current, selection);
            int index = table.indexOf(cursorKey);
            cursor = index < 0 ? cursor : index;
            settle();
        }
    }

    /** The cursor stays on its row, and on the screen. */
    private void settle() {
        cursor = Math.max(0, Math.min(cursor, table.rows().size() - 1));
        Row row = current();
        cursorKey = row == null ? null : row.key();
        int body = Math.max(1, layout.body());
        top = Math.max(0, Math.min(top, table.rows().size() - body));
        top = Math.min(cursor, Math.max(top, cursor - body + 1));
    }

    void moveTo(int index) {
        cursor = index;
        settle();
    }

    void select(Selection next) {
        selection = next;
        update();
    }

    /** Folds the service of the row under the cursor, or unfolds it. */
    void fold(boolean fold) {
        Row row = current();
        if (row != null) {
            Set<String> folded = new HashSet<>(selection.folded());
            boolean changed = fold ? folded.add(row.service()) : folded.remove(row.service());
            if (changed) {
                cursorKey = row.service();
                select(withFolded(folded));
            }
        }
    }

    /** Folds all services, or unfolds them if all are folded. */
    void foldAll() {
        Set<String> all = new HashSet<>();
        if (snapshot != null) {
            snapshot.services().forEach(each -> all.add(each.id()));
        }
        Row row = current();
        cursorKey = row == null ? null : row.service();
        select(withFolded(selection.folded().containsAll(all) ? Set.of() : all));
    }

    private Selection withFolded(Set<String> folded) {
        return new Selection(selection.sort(), selection.reversed(), selection.filter(), Set.copyOf(folded));
    }

    void ask(@Nullable Prompt next) {
        prompt = next;
    }

    void say(String words) {
        message = words;
    }

    /** The row under the cursor, or null if the table is empty. */
    @Nullable
    Row current() {
        return cursor < table.rows().size() ? table.rows().get(cursor) : null;
    }

    boolean isFolded(Row row) {
        return selection.folded().contains(row.service());
    }

    Layout layout() {
        return layout;
    }

    Table table() {
        return table;
    }

    Selection selection() {
        return selection;
    }

    History history() {
        return history;
    }

    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    int cursor() {
        return cursor;
    }

    /** The first row on the screen. */
    int top() {
        return top;
    }

    @Nullable
    Prompt prompt() {
        return prompt;
    }

    String message() {
        return message;
    }

    @Nullable
    String problem() {
        return problem;
    }

    String clock() {
        return clock;
    }

    String interval() {
        return interval;
    }
}
