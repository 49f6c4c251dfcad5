/** Four short programs: each embeds a director, and one of them a relay too. */
module org.lvs4j.examples.embedded {
    requires jdk.httpserver;
    requires org.lvs4j.core;
    requires org.lvs4j.netty;
}
