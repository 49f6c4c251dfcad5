package org.lvs4j.netty.tun;

import org.jspecify.annotations.Nullable;

/**
 * One command of a set-up, in the form in which an operator types it.
 *
 * @param command {@code ip ...} or {@code sysctl -w NAME=VALUE}
 * @param undo the command that takes it back, or null if closing the device does
 */
record Step(String command, @Nullable String undo) {}
