/** Connects of Netty clients. */
@NullMarked
package org.lvs4j.benchmarks.client;

import org.jspecify.annotations.NullMarked;
