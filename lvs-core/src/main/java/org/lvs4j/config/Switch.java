package org.lvs4j.config;

/** A word of a command line that starts with a dash. */
sealed interface Switch permits Command, Option {
    /** Stands for a missing {@link #shortName()}. */
    char NONE = 0;

    /** The letter after one dash, or {@link #NONE}. */
    char shortName();

    /** The word after two dashes. */
    String longName();

    /** Whether a value follows. */
    Arity arity();

    /** The shortest way to write it. */
    default String written() {
        return shortName() == NONE ? "--" + longName() : "-" + shortName();
    }

    /** Whether a value follows. */
    enum Arity {
        /** No value. */
        FLAG,
        /** The rest of the word or the next word is its value. */
        VALUE,
        /** The rest of the word, or the next word unless it starts with a dash, is its value. */
        OPTIONAL_VALUE
    }
}
