package org.lvs4j.examples.embedded;

/** Runs the program with a name server of its own. */
public final class DnsPoolRun {
    private DnsPoolRun() {}

    public static void main(String[] args) throws Exception {
        try (OneAddressNameServer server = new OneAddressNameServer(10, 0, 0, 11)) {
            DnsPool.main(new String[] {"127.0.0.1:" + server.port()});
        }
    }
}
