package org.lvs4j.examples.webcluster.cluster;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.process.ChildProcess;
import org.lvs4j.net.Endpoint;

/** A web server of the cluster: its name and address stay when its process is replaced. Thread-safe. */
public final class WebNode {
    private final String name;
    private final String address;
    private final Endpoint endpoint;
    private volatile ChildProcess process;
    private volatile @Nullable String trouble;

    WebNode(String name, String address, int port, ChildProcess process) {
        this.name = name;
        this.address = address;
        this.process = process;
        endpoint = Endpoint.parse(address + ":" + port);
    }

    public String name() {
        return name;
    }

    public String address() {
        return address;
    }

    /** Its address and port, as the director knows it. */
    public Endpoint endpoint() {
        return endpoint;
    }

    public ChildProcess process() {
        return process;
    }

    /** What has been done to its process, {@code killed} or {@code frozen}; null for nothing. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Ends the process at once, as a power failure does. */
    public void kill() throws IOException {
        process.kill();
        trouble = "killed";
    }

    /** Stops the process without ending it: its port stays open, and nothing answers. */
    public void freeze() throws IOException {
        process.suspend();
        trouble = "frozen";
    }

    /** Lets a frozen process go on. */
    public void thaw() throws IOException {
        process.resume();
        trouble = null;
    }

    void replace(ChildProcess next) {
        process = next;
        trouble = null;
    }
}
