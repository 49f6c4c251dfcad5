/** HTTP: sockets, limits, who may ask, and the way from a request to an operation. Knows nothing of directors. */
@NullMarked
package org.lvs4j.admin.internal.http;

import org.jspecify.annotations.NullMarked;
