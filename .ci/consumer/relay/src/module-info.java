module consumer {
    requires org.lvs4j.core;
    requires org.lvs4j.netty;
    requires org.lvs4j.replay;
}
