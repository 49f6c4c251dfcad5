package org.lvs4j.examples.standalone.top;

import org.jspecify.annotations.Nullable;

/** What happens around a {@link Top}, in the order in which it is to be seen. */
sealed interface Event {
    /** The daemon has answered. */
    record Answered(Snapshot snapshot) implements Event {}

    /** The daemon has not answered. */
    record Failed(String reason) implements Event {}

    /** A change has been made or refused. */
    record Changed(String words) implements Event {}

    /** A key; null if there will be no more. */
    record Pressed(@Nullable Key key) implements Event {}

    /** The terminal has another size. */
    record Resized() implements Event {}
}
