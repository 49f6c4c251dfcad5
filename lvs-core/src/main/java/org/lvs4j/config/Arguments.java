package org.lvs4j.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.Switch.Arity;

/**
 * The words of one command line, sorted into a command, options with their values, and other words. Words are split as
 * POSIX and GNU split them: {@code -s rr}, {@code -srr}, {@code -s=rr}, {@code --scheduler rr}, {@code --scheduler=rr},
 * and {@code -Ln} for {@code -L -n}. The command comes first.
 */
final class Arguments {
    private static final Map<String, Switch> BY_NAME = new HashMap<>();

    static {
        for (Switch[] switches : new Switch[][] {Command.values(), Option.values()}) {
            for (Switch one : switches) {
                BY_NAME.put("--" + one.longName(), one);
                BY_NAME.put(one.written(), one);
            }
        }
        BY_NAME.put("-l", Command.LIST);
    }

    private final List<Token> tokens;
    private final Map<Option, Token> options = new EnumMap<>(Option.class);
    private final Map<Option, Token> values = new EnumMap<>(Option.class);
    private final List<Token> words = new ArrayList<>();
    private @Nullable Command command;
    private @Nullable Token commandValue;
    private int next;

    private Arguments(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Splits a command line of one word or more, and checks its options against its command. */
    static Arguments of(List<Token> tokens) throws RuleException {
        Arguments arguments = new Arguments(tokens);
        boolean onlyWords = false;
        while (arguments.next < tokens.size() && !arguments.complete()) {
            Token token = tokens.get(arguments.next++);
            String text = token.text();
            if (onlyWords || text.length() < 2 || text.charAt(0) != '-') {
                arguments.word(token);
            } else if (text.equals("--")) {
                onlyWords = true;
            } else if (text.startsWith("--")) {
                arguments.longSwitch(token);
            } else {
                arguments.shortSwitches(token);
            }
        }
        arguments.check();
        return arguments;
    }

    private boolean complete() {
        return command != null && command.ignoresTheRest();
    }

    private void word(Token token) throws RuleException {
        if (command == null) {
            throw token.error(RuleException.EXIT_REFUSED, "not a command", "one of " + Command.allWritten());
        }
        if (words.size() == command.words()) {
            throw token.misused(
                    "unexpected argument " + RuleException.printable(token.text()), command.optionsWritten());
        }
        words.add(token);
    }

    private void longSwitch(Token token) throws RuleException {
        String text = token.text();
        int equals = text.indexOf('=');
        Token name = equals < 0 ? token : token.between(0, equals);
        Switch found = find(name);
        if (equals < 0) {
            take(found, name, null);
        } else if (found.arity() == Arity.FLAG) {
            throw token.from(equals)
                    .error(
                            RuleException.EXIT_REFUSED,
                            RuleException.printable(token.text()) + ": option does not take an argument",
                            "no value");
        } else {
            take(found, name, token.from(equals + 1));
        }
    }

    private void shortSwitches(Token token) throws RuleException {
        int length = token.text().length();
        for (int i = 1; i < length; i++) {
            Token letter = token.between(i, i + 1);
            Token name = new Token(
                    token.source(), token.line(), i == 1 ? token.column() : letter.column(), "-" + letter.text());
            Switch found = find(name);
            if (found.arity() == Arity.FLAG || i + 1 == length) {
                take(found, name, null);
            } else {
                boolean equals = token.text().charAt(i + 1) == '=';
                take(found, name, token.from(equals ? i + 2 : i + 1));
                return;
            }
        }
    }

    private Switch find(Token name) throws RuleException {
        Switch found = BY_NAME.get(name.text());
        if (found == null) {
            String expected = command == null ? "one of " + Command.allWritten() : command.optionsWritten();
            throw name.error(
                    RuleException.EXIT_REFUSED,
                    RuleException.printable(name.text()) + ": unknown option",
                    expected + ". Try `ipvsadm -h' or 'ipvsadm --help' for more information.");
        }
        return found;
    }

    private void take(Switch found, Token name, @Nullable Token attached) throws RuleException {
        Token value = attached == null ? following(found, name) : attached;
        if (found instanceof Command chosen) {
            if (command != null) {
                throw name.misused(
                        "invalid option `" + found.written() + "'", "one command only, which is " + command.written());
            }
            command = chosen;
            commandValue = value;
        } else if (found instanceof Option option) {
            takeOption(option, name, value);
        }
    }

    private @Nullable Token following(Switch found, Token name) throws RuleException {
        boolean more = next < tokens.size();
        switch (found.arity()) {
            case VALUE -> {
                if (!more) {
                    throw name.error(
                            RuleException.EXIT_REFUSED, name.text() + ": missing argument", "a value after it");
                }
                return tokens.get(next++);
            }
            case OPTIONAL_VALUE -> {
                return more && !tokens.get(next).text().startsWith("-") ? tokens.get(next++) : null;
            }
            default -> {
                return null;
            }
        }
    }

    private void takeOption(Option option, Token name, @Nullable Token value) throws RuleException {
        if (command == null) {
            throw name.error(
                    RuleException.EXIT_REFUSED, "option before the command", "first one of " + Command.allWritten());
        }
        if (!command.takes(option)) {
            throw name.misused(
                    "Illegal '" + option.nameInErrors() + "' option with the '" + command.nameInErrors() + "' command",
                    command.optionsWritten());
        }
        boolean repeated = options.containsKey(option) && option != Option.SORT;
        for (Set<Option> alternatives : Option.ALTERNATIVES) {
            repeated |= alternatives.contains(option) && first(alternatives) != null;
        }
        if (repeated) {
            throw name.misused("multiple '" + option.nameInErrors() + "' options specified", "only one of them");
        }
        options.put(option, name);
        if (value != null) {
            values.put(option, value);
        }
    }

    private void check() throws RuleException {
        Token first = tokens.get(0);
        if (command == null) {
            throw first.error(RuleException.EXIT_REFUSED, "no command", "one of " + Command.allWritten());
        }
        if (command.needsService() && first(Option.SERVICE) == null) {
            throw first.misused(
                    "You need to supply the 'service-address' option for the '" + command.longName() + "' command",
                    "-t, -u or --sctp-service with ADDRESS[:PORT], or -f with MARK");
        }
        if (command.needsServer() && !has(Option.REAL_SERVER)) {
            throw first.misused(
                    "You need to supply the 'real-server' option for the '" + command.longName() + "' command",
                    "-r with ADDRESS[:PORT]");
        }
    }

    Command command() {
        if (command == null) {
            throw new IllegalStateException("there is a command: checked by of()");
        }
        return command;
    }

    /** The first word of the command line. */
    Token start() {
        return tokens.get(0);
    }

    /** The value of a command that takes one. */
    Token commandValue() {
        return commandValue == null ? start() : commandValue;
    }

    /** The words without a dash. */
    List<Token> words() {
        return words;
    }

    boolean has(Option option) {
        return options.containsKey(option);
    }

    /** The word that gives an option, or null if the option is missing. */
    @Nullable
    Token option(Option option) {
        return options.get(option);
    }

    /** The value of an option, or null if the option or its value is missing. */
    @Nullable
    Token value(Option option) {
        return values.get(option);
    }

    /** The value of an option, or the first word of the line if the option or its value is missing. */
    Token valueOrStart(Option option) {
        Token value = values.get(option);
        return value == null ? start() : value;
    }

    /** The value of an option as a number from {@code min} to {@code max}, or a default if the option is missing. */
    int number(Option option, int min, int max, int otherwise, String problem) throws RuleException {
        Token value = values.get(option);
        return value == null ? otherwise : (int) Values.number(value, min, max, problem);
    }

    /** The first of some options, in the order of their declaration, that is given, or null. */
    @Nullable
    Option first(Set<Option> alternatives) {
        for (Option option : options.keySet()) {
            if (alternatives.contains(option)) {
                return option;
            }
        }
        return null;
    }

    /** The last of some options, in the order of their declaration, that is given, or null. */
    @Nullable
    Option last(Set<Option> alternatives) {
        Option last = null;
        for (Option option : options.keySet()) {
            last = alternatives.contains(option) ? option : last;
        }
        return last;
    }
}
