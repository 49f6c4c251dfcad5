/** Child processes: how they are started, how they report that they serve, and how they are stopped. */
@NullMarked
package org.lvs4j.examples.webcluster.process;

import org.jspecify.annotations.NullMarked;
