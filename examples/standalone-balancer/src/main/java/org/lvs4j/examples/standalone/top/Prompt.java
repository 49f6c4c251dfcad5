package org.lvs4j.examples.standalone.top;

import org.lvs4j.examples.standalone.top.Snapshot.Server;

/** What the last line asks, or what covers the table. */
sealed interface Prompt {
    /** The help covers the table. */
    record Help() implements Prompt {}

    /**
     * A filter is being typed, and applies at once.
     *
     * @param before the filter that Escape gives back
     */
    record Filter(String before) implements Prompt {}

    /** A weight is being typed. */
    record Weight(Row row, Server server, String digits) implements Prompt {}

    /** A change waits for yes or no. */
    record Confirm(Action action) implements Prompt {}
}
