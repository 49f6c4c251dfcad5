/** The socket plane: how the connections and datagrams of a director's services travel between sockets. */
@NullMarked
package org.lvs4j.netty;

import org.jspecify.annotations.NullMarked;
