/** All three tiers on one machine: a director in this process, web servers and the storage in processes of their own. */
@NullMarked
package org.lvs4j.examples.webcluster.cluster;

import org.jspecify.annotations.NullMarked;
