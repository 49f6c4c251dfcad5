package org.lvs4j.config;

/** A word of a command line that starts with a dash: a command or an option. */
sealed interface Switch permits Command, Option {
    /** The {@link Spelling#shortName} of a switch that has none. */
    char NONE = 0;

    /** How this switch is written. */
    Spelling spelling();

    /**
     * How a switch is written.
     *
     * @param shortName the letter after one dash, or {@link #NONE}
     * @param longName the word after two dashes
     * @param arity whether a value follows
     */
    record Spelling(char shortName, String longName, Arity arity) {}

    default String longName() {
        return spelling().longName();
    }

    default Arity arity() {
        return spelling().arity();
    }

    /** The shortest way to write this switch. */
    default String written() {
        return spelling().shortName() == NONE
                ? "--" + longName()
                : "-" + spelling().shortName();
    }

    /** Whether a value follows. */
    enum Arity {
        /** No value. */
        FLAG,
        /** The value is the rest of the word, or the next word. */
        VALUE,
        /** The value is the rest of the word, or the next word unless that starts with a dash. */
        OPTIONAL_VALUE
    }
}
