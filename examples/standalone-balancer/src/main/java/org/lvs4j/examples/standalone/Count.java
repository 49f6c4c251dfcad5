package org.lvs4j.examples.standalone;

/** Numbers of things, in messages. */
final class Count {
    private Count() {}

    /**
     * A number with a noun.
     *
     * @param singular the noun, whose plural ends in {@code s}
     */
    static String of(long number, String singular) {
        return number + " " + singular + (number == 1 ? "" : "s");
    }
}
