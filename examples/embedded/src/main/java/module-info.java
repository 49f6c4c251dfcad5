/** Five short programs: each embeds a director, one of them a relay too, and one a health monitor. */
module org.lvs4j.examples.embedded {
    requires jdk.httpserver;
    requires org.lvs4j.core;
    requires org.lvs4j.netty;
}
