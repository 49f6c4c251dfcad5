/**
 * Addresses, endpoints, flows and protocols as values and primitives, with their text forms. Nothing here resolves a
 * host name.
 */
@NullMarked
package org.lvs4j.net;

import org.jspecify.annotations.NullMarked;
