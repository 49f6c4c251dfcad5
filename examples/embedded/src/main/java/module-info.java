/** Short programs, one for each way to embed a director. */
module org.lvs4j.examples.embedded {
    requires com.google.gson;
    requires com.h2database;
    requires com.zaxxer.hikari;
    requires io.grpc;
    requires io.grpc.stub;
    requires io.netty.buffer;
    requires io.netty.codec.dns;
    requires io.netty.resolver.dns;
    requires java.net.http;
    requires java.sql;
    requires jdk.httpserver;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires org.lvs4j.admin;
    requires org.lvs4j.core;
    requires org.lvs4j.grpc;
    requires org.lvs4j.netty;
}
