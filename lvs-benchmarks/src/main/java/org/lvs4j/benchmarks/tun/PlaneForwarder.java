package org.lvs4j.benchmarks.tun;

import org.lvs4j.Director;
import org.lvs4j.netty.tun.TunPlane;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A director with one masqueraded server. */
final class PlaneForwarder implements Forwarder {
    private final TunPlane plane;

    PlaneForwarder() {
        Director director = Director.create();
        director.addService(
                VirtualService.builder(ServiceKey.udp(TunPeer.VIRTUAL + ":" + TunPeer.PORT))
                        .scheduler("rr")
                        .build(),
                RealServer.of(TunPeer.SERVER + ":" + TunPeer.PORT));
        plane = TunPlane.builder(director).device(TunPeer.DEVICE).start();
    }

    @Override
    public long forwarded() {
        return plane.snapshot().sent();
    }

    @Override
    public String thread() {
        return "lvs-tun";
    }

    @Override
    public void close() {
        plane.close();
    }
}
