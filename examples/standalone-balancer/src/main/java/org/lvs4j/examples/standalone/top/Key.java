package org.lvs4j.examples.standalone.top;

/**
 * A key that was pressed.
 *
 * @param kind which one
 * @param character of {@link Kind#CHARACTER}
 */
record Key(Kind kind, char character) {
    enum Kind {
        CHARACTER,
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        ESCAPE,
        BACKSPACE,
        INTERRUPT,
        UNKNOWN
    }

    static Key of(char character) {
        return new Key(Kind.CHARACTER, character);
    }

    static Key of(Kind kind) {
        return new Key(kind, '\0');
    }
}
