package org.lvs4j.config.keepalived;

/**
 * A place in a file.
 *
 * @param source the name of the file
 * @param line from 1
 * @param column from 1, in characters
 */
record Place(String source, int line, int column) {
    /** An error here. */
    KeepalivedException error(String token, String problem, String expected) {
        return new KeepalivedException(this, token, problem, expected);
    }

    @Override
    public String toString() {
        return source + ":" + line + ":" + column;
    }
}
