/** A three-tier web cluster on loopback: a director, web servers without state, and the storage that they share. */
@NullMarked
package org.lvs4j.examples.webcluster;

import org.jspecify.annotations.NullMarked;
