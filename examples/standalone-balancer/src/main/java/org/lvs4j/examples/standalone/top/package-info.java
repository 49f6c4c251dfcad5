/**
 * {@code lvsadm top}: what a running {@code lvsd} does, live in a terminal. {@link Snapshot} is what the daemon says,
 * {@link Table} its rows in the order and selection of a {@link View}, {@link Keys} changes the view, {@link Picture} draws it as
 * lines. Only {@link Screen} knows the terminal.
 */
@NullMarked
package org.lvs4j.examples.standalone.top;

import org.jspecify.annotations.NullMarked;
