/** What is measured on a cluster: how visitors stay on their server, and how the throughput grows with servers. */
@NullMarked
package org.lvs4j.examples.webcluster.measure;

import org.jspecify.annotations.NullMarked;
