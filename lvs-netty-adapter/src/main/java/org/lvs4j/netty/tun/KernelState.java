package org.lvs4j.netty.tun;

import java.util.List;

/** Tells which steps of a set-up the kernel is in the state of. */
@FunctionalInterface
interface KernelState {
    /**
     * The steps that are not in force: never executed, or undone by something else.
     *
     * @return the steps of the list that are not in force, in the same order
     * @throws TunException if the state of the kernel cannot be read
     */
    List<Step> missing(List<Step> steps);
}
