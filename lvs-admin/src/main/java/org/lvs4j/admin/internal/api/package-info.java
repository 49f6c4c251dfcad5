/** The operations of the endpoint: what they read and change, and its form in JSON. Knows nothing of sockets. */
@NullMarked
package org.lvs4j.admin.internal.api;

import org.jspecify.annotations.NullMarked;
