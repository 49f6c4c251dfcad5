package org.lvs4j.examples.embedded;

import org.lvs4j.Decision;
import org.lvs4j.Director;
import org.lvs4j.FlowDispatcher;
import org.lvs4j.Verdict;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A packet path: a director decides about each TCP segment. The application itself receives and sends the packets. */
public final class PacketForwarder {
    private PacketForwarder() {}

    /** Decides about the segments of three clients and about one answer. */
    public static void main(String[] args) {
        ServiceKey web = ServiceKey.tcp("10.0.0.1:80");
        Director director = Director.create();
        director.addService(
                VirtualService.builder(web).scheduler("rr").build(),
                RealServer.of("192.168.1.1:8080"),
                RealServer.of("192.168.1.2:8080"));
        FlowDispatcher flows = director.flows();

        forward(flows, "172.16.0.1:40000", TcpFlags.SYN);
        forward(flows, "172.16.0.2:40000", TcpFlags.SYN);
        forward(flows, "172.16.0.1:40000", TcpFlags.ACK); // the same server again
        forward(flows, "172.16.0.3:40000", TcpFlags.ACK); // passed on: there is no such connection

        Flow answer = flow("192.168.1.2:8080", "172.16.0.1:40000");
        Flow forward = new Flow();
        if (flows.dispatchReply(answer, TcpFlags.SYN | TcpFlags.ACK, 60, forward, director.advance())) {
            System.out.println(answer + " leaves with source " + forward.destination());
        }
    }

    private static void forward(FlowDispatcher flows, String client, int tcpFlags) {
        Flow flow = flow(client, "10.0.0.1:80");
        long decision = flows.dispatch(flow, tcpFlags, 60);
        if (Decision.verdict(decision) == Verdict.FORWARD) {
            RealServer server = flows.server(Decision.serverId(decision));
            System.out.println(flow + " is forwarded to " + server.endpoint());
        } else {
            System.out.println(flow + ": " + Decision.verdict(decision));
        }
    }

    private static Flow flow(String source, String destination) {
        return Flow.of(Protocol.TCP, Endpoint.parse(source), Endpoint.parse(destination));
    }
}
