package org.lvs4j.config.keepalived;

/**
 * A word of a statement, without its quotes, and its place.
 *
 * @param text the word
 * @param place where it begins; the use of the definition from which it comes
 */
record Word(String text, Place place) {
    /** An error about this word. */
    KeepalivedException error(String problem, String expected) {
        return place.error(text, problem, expected);
    }
}
