/** Simulated people: each has an address, cookies and TLS sessions of its own, shops, and counts what goes wrong. */
@NullMarked
package org.lvs4j.examples.webcluster.visitors;

import org.jspecify.annotations.NullMarked;
