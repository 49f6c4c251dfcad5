package org.lvs4j.config.keepalived;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key with its values, and with a block if it has one.
 *
 * @param words the key and its values; the key at least
 * @param broken whether a word could not be read, which has been reported
 * @param block the block behind it, or null
 */
record Statement(List<Word> words, boolean broken, @Nullable Block block) {
    /**
     * The statements between two braces.
     *
     * @param statements the statements
     * @param opened where the block begins
     * @param closed where it ends
     */
    record Block(List<Statement> statements, Place opened, Place closed) {}

    /** The key of what is ours. */
    static final String OURS = "#lvs4j";

    Word key() {
        return words.get(0);
    }

    Place place() {
        return key().place();
    }

    /** The number of values. */
    int size() {
        return words.size() - 1;
    }

    /** A value, from 0. */
    Word value(int index) {
        return words.get(index + 1);
    }

    /** The values. */
    List<Word> values() {
        return words.subList(1, words.size());
    }

    /** The only value that is needed. */
    Word value(String expected) throws KeepalivedException {
        return required(0, expected);
    }

    /** A value that is needed. */
    Word required(int index, String expected) throws KeepalivedException {
        if (size() <= index) {
            throw key().error("the value is missing behind", expected);
        }
        return value(index);
    }
}
