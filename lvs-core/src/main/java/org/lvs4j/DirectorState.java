package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * What a director knows beyond its configuration and its connections, at one moment: the server of each persistent
 * client and for how long it lasts, drains with the time until their deadline, and traffic counters. Another director,
 * in the next process for instance, {@linkplain Director#restore restores} it.
 *
 * <p>Guarantees: immutable, so thread-safe. Progress: wait-free, but for the streams. It is held as bytes: about 16 for
 * each client of IPv4, 28 of IPv6, more with a persistence engine.
 *
 * <pre>{@code
 * DirectorState state = director.saveState(System.currentTimeMillis());
 * state.writeTo(output);
 * // in the next process, with the same services:
 * next.restore(DirectorState.read(input, 100_000_000), System.currentTimeMillis());
 * }</pre>
 */
public final class DirectorState {
    private final StateBlocks blocks;
    private final long unixMillis;
    private final int services;
    private final int drains;
    private final long templates;

    DirectorState(StateBlocks blocks, StateTotals totals) {
        this.blocks = blocks;
        unixMillis = totals.unixMillis;
        services = totals.services;
        drains = totals.drains;
        templates = totals.templates;
    }

    /**
     * Reads what {@link #writeTo} has written, and checks all of it.
     *
     * @param input is read to its end, and not closed
     * @param maxBytes the most bytes to accept, and so to hold
     * @throws StateException if the bytes are anything else, such as incomplete, or of a later release
     * @throws IOException if the stream fails
     */
    public static DirectorState read(InputStream input, long maxBytes) throws IOException {
        StateBlocks blocks = StateBlocks.read(requireNonNull(input, "input"), maxBytes);
        StateTotals totals = new StateTotals();
        StateRecords.read(blocks, totals);
        return new DirectorState(blocks, totals);
    }

    /**
     * Writes the state with checksums, in blocks of at most 64 KiB.
     *
     * @param output is neither flushed nor closed
     * @throws IOException if the stream fails
     */
    public void writeTo(OutputStream output) throws IOException {
        blocks.writeTo(requireNonNull(output, "output"));
    }

    void visit(StateRecords.Visitor visitor) {
        try {
            StateRecords.read(blocks, visitor);
        } catch (StateException e) {
            throw new AssertionError("checked before", e);
        }
    }

    /** The number of bytes that {@link #writeTo} writes. */
    public long bytes() {
        return blocks.bytes();
    }

    /** When it was saved, in milliseconds since the epoch, as the caller has said. */
    public long unixMillis() {
        return unixMillis;
    }

    /** The number of services. */
    public int services() {
        return services;
    }

    /** The number of drains, those that are over included. */
    public int drains() {
        return drains;
    }

    /** The number of persistence templates. */
    public long templates() {
        return templates;
    }

    @Override
    public String toString() {
        return "state of " + services + " services with " + templates + " templates and " + drains + " drains";
    }
}
