/** A load balancing policy for the channels of grpc-java, which places each call by a director. */
module org.lvs4j.grpc {
    requires transitive io.grpc;
    requires transitive org.lvs4j.core;
    requires static transitive org.jspecify;

    exports org.lvs4j.grpc;

    provides io.grpc.LoadBalancerProvider with
            org.lvs4j.grpc.LvsLoadBalancerProvider;
}
