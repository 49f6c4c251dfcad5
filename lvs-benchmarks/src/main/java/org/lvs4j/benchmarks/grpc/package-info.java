/** Calls of gRPC through balanced channels. */
@NullMarked
package org.lvs4j.benchmarks.grpc;

import org.jspecify.annotations.NullMarked;
