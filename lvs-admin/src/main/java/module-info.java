/** An HTTP endpoint of a director: liveness, metrics, and a JSON API that reads and changes everything. */
module org.lvs4j.admin {
    requires com.google.gson;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires micrometer.core;
    requires transitive micrometer.registry.prometheus;
    requires transitive org.lvs4j.core;
    requires transitive org.lvs4j.netty;
    requires org.slf4j;
    requires jdk.net;
    requires static transitive org.jspecify;

    exports org.lvs4j.admin;
}
