/** Two small programs: one balances its own connections, the other one relays those of its clients. */
module org.lvs4j.examples.embedded {
    requires java.net.http;
    requires jdk.httpserver;
    requires org.lvs4j.core;
    requires org.lvs4j.netty;
}
