/**
 * Relays the TCP and UDP services of a director between sockets, or forwards their packets through a TUN device, and
 * keeps track of the health of its real servers.
 */
module org.lvs4j.netty {
    requires transitive org.lvs4j.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    requires transitive io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires jdk.management;
    requires org.slf4j;
    requires static com.sun.jna;
    requires static transitive java.net.http;
    requires static io.netty.codec.http2;
    requires static micrometer.core;
    requires static netty.tun;
    requires static transitive org.jspecify;

    exports org.lvs4j.netty;
    exports org.lvs4j.netty.health;
    exports org.lvs4j.netty.http;
    exports org.lvs4j.netty.tun;
}
