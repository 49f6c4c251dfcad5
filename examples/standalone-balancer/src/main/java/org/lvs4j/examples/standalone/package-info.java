/**
 * The daemon {@code lvsd} and the tool {@code lvsadm}: a director with a relay, its rules file, and the control socket
 * over which ipvsadm's commands reach it.
 */
@NullMarked
package org.lvs4j.examples.standalone;

import org.jspecify.annotations.NullMarked;
