package org.lvs4j.netty.tun;

import org.jspecify.annotations.Nullable;

/**
 * One command of a set-up, in the form in which an operator types it.
 *
 * @param command {@code ip ...} or {@code sysctl -w NAME=VALUE}
 * @param undo the command that takes it back, or null if closing the device does
 * @param given whether the host was in the state that the command makes before the set-up, so that the command is
 *     executed only if something else has changed that state
 */
record Step(String command, @Nullable String undo, boolean given) {
    /** A step that is executed. */
    Step(String command, @Nullable String undo) {
        this(command, undo, false);
    }
}
