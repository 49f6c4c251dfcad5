/**
 * Relays the TCP and UDP services of a director between sockets, or forwards their packets through a TUN device,
 * keeps track of the health of its real servers, finds them by sources, and balances the connections of clients.
 */
// The module that is let into the internal package is compiled after this one.
@SuppressWarnings("module")
module org.lvs4j.netty {
    requires transitive org.lvs4j.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires transitive io.netty.common;
    requires io.netty.handler;
    requires transitive io.netty.resolver;
    requires transitive io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires jdk.management;
    requires org.slf4j;
    requires static com.google.gson;
    requires static com.sun.jna;
    requires static io.netty.codec.dns;
    requires static io.netty.codec.http2;
    requires static io.netty.resolver.dns;
    requires static micrometer.core;
    requires static transitive java.net.http;
    requires static netty.tun;
    requires static transitive org.jspecify;

    exports org.lvs4j.netty;
    exports org.lvs4j.netty.client;
    exports org.lvs4j.netty.discovery;
    exports org.lvs4j.netty.health;
    exports org.lvs4j.netty.http;
    exports org.lvs4j.netty.internal to
            org.lvs4j.admin;
    exports org.lvs4j.netty.tun;
}
