/**
 * The daemon {@code lvsd} and the tool {@code lvsadm}: a director with a plane, a rules file, and a control socket for
 * the commands of {@code ipvsadm}.
 */
@NullMarked
package org.lvs4j.examples.standalone;

import org.jspecify.annotations.NullMarked;
