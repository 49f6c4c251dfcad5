package org.lvs4j.examples.standalone.top;

import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.top.Snapshot.Server;
import org.lvs4j.examples.standalone.top.Table.Selection;

/** What keys do to a view. */
final class Keys {
    private static final int LONGEST_FILTER = 100;
    private static final int LONGEST_WEIGHT = 10;

    private final View view;

    Keys(View view) {
        this.view = view;
    }

    /** What a key asks for beyond the view. */
    sealed interface Outcome {
        /** The end. */
        record Quit() implements Outcome {}

        /** A change that was confirmed. */
        record Run(Action action) implements Outcome {}
    }

    /** Takes a key; null if it concerns only the view. */
    @Nullable
    Outcome press(Key key) {
        if (key.kind() == Key.Kind.INTERRUPT) {
            return new Outcome.Quit();
        }
        Prompt prompt = view.prompt();
        if (prompt instanceof Prompt.Filter filter) {
            type(filter, key);
            return null;
        } else if (prompt instanceof Prompt.Weight weight) {
            type(weight, key);
            return null;
        } else if (prompt instanceof Prompt.Confirm confirm) {
            view.ask(null);
            boolean yes = key.character() == 'y' || key.character() == 'Y';
            view.say(yes ? confirm.action().label() + " ..." : "nothing was changed");
            return yes ? new Outcome.Run(confirm.action()) : null;
        } else if (prompt instanceof Prompt.Help) {
            view.ask(null);
            return null;
        }
        view.say("");
        return command(key);
    }

    private @Nullable Outcome command(Key key) {
        int cursor = view.cursor();
        int page = Math.max(1, view.layout().body() - 1);
        switch (key.kind()) {
            case UP -> view.moveTo(cursor - 1);
            case DOWN -> view.moveTo(cursor + 1);
            case PAGE_UP -> view.moveTo(cursor - page);
            case PAGE_DOWN -> view.moveTo(cursor + page);
            case HOME -> view.moveTo(0);
            case END -> view.moveTo(view.table().rows().size() - 1);
            case LEFT -> view.fold(true);
            case RIGHT -> view.fold(false);
            case ENTER -> toggle();
            case ESCAPE -> filter("");
            case CHARACTER -> {
                return command(key.character());
            }
            default -> {}
        }
        return null;
    }

    private @Nullable Outcome command(char key) {
        Selection selection = view.selection();
        switch (key) {
            case 'q' -> {
                return new Outcome.Quit();
            }
            case 'j' -> view.moveTo(view.cursor() + 1);
            case 'k' -> view.moveTo(view.cursor() - 1);
            case 'g' -> view.moveTo(0);
            case 'G' -> view.moveTo(view.table().rows().size() - 1);
            case ' ' -> toggle();
            case 'F' -> view.foldAll();
            case '>', '.', 's' -> sort(selection.sort().next(1), false);
            case '<', ',', 'S' -> sort(selection.sort().next(-1), false);
            case 'r' -> sort(selection.sort(), !selection.reversed());
            case '/' -> view.ask(new Prompt.Filter(selection.filter()));
            case '?', 'h' -> view.ask(new Prompt.Help());
            case 'd', 'u', 'w' -> change(key);
            default -> {}
        }
        return null;
    }

    private void toggle() {
        Row row = view.current();
        if (row != null) {
            view.fold(!view.isFolded(row));
        }
    }

    private void sort(Column column, boolean reversed) {
        Selection before = view.selection();
        view.select(new Selection(column, reversed, before.filter(), before.folded()));
    }

    private void filter(String text) {
        Selection before = view.selection();
        view.select(new Selection(before.sort(), before.reversed(), text, before.folded()));
    }

    private void change(char key) {
        Row row = view.current();
        if (row == null || row.isService()) {
            view.say("move the cursor to a server first");
            return;
        }
        Server server = row.server();
        if (server == null) {
            view.say(row.name() + " is not in the service while it is down");
        } else if (key == 'w') {
            view.ask(new Prompt.Weight(row, server, ""));
        } else if (key == 'd') {
            view.ask(new Prompt.Confirm(Action.drain(row)));
        } else if (server.status().draining()) {
            view.ask(new Prompt.Confirm(Action.undrain(row)));
        } else {
            view.say(row.name() + " is not drained");
        }
    }

    private void type(Prompt.Filter filter, Key key) {
        String text = view.selection().filter();
        switch (key.kind()) {
            case ENTER -> view.ask(null);
            case ESCAPE -> {
                filter(filter.before());
                view.ask(null);
            }
            case BACKSPACE -> filter(text.substring(0, Math.max(0, text.length() - 1)));
            case CHARACTER -> filter(text.length() < LONGEST_FILTER ? text + key.character() : text);
            default -> {}
        }
    }

    private void type(Prompt.Weight weight, Key key) {
        String digits = weight.digits();
        switch (key.kind()) {
            case ENTER -> confirm(weight);
            case ESCAPE -> view.ask(null);
            case BACKSPACE ->
                view.ask(new Prompt.Weight(
                        weight.row(), weight.server(), digits.substring(0, Math.max(0, digits.length() - 1))));
            case CHARACTER -> {
                if (key.character() >= '0' && key.character() <= '9' && digits.length() < LONGEST_WEIGHT) {
                    view.ask(new Prompt.Weight(weight.row(), weight.server(), digits + key.character()));
                }
            }
            default -> {}
        }
    }

    private void confirm(Prompt.Weight weight) {
        view.ask(null);
        if (weight.digits().isEmpty()) {
            view.say("nothing was changed");
            return;
        }
        long value = Long.parseLong(weight.digits());
        if (value > Integer.MAX_VALUE) {
            view.say("a weight is at most " + Integer.MAX_VALUE);
        } else {
            view.ask(new Prompt.Confirm(Action.weight(weight.row(), weight.server(), (int) value)));
        }
    }
}
