package org.lvs4j.benchmarks.hot;

import java.util.SplittableRandom;

/** The distribution of packets over connections. */
public enum Order {
    /** Uniform: the worst case for every cache. Computed at each packet, without reading memory. */
    UNIFORM {
        @Override
        int[] sequence(int connections) {
            return new int[0];
        }
    },

    /**
     * Zipf: a few connections get most packets. The share of the k-th is the integral of x^-0.99 from k to k
     * + 1. A sequence of {@value #LENGTH} samples is computed in advance and read cyclically; threads start
     * at different positions.
     */
    ZIPF {
        @Override
        int[] sequence(int connections) {
            SplittableRandom random = new SplittableRandom(SEED);
            int[] sequence = new int[LENGTH];
            double range = Math.pow(connections + 1.0, 1 - EXPONENT) - 1;
            for (int i = 0; i < LENGTH; i++) {
                double rank = Math.pow(1 + range * random.nextDouble(), 1 / (1 - EXPONENT));
                sequence[i] = Math.min((int) rank, connections) - 1;
            }
            return sequence;
        }
    };

    /** Long enough that the popular connections of a million get their share; 16 MiB. */
    static final int LENGTH = 1 << 22;

    private static final double EXPONENT = 0.99;
    private static final long SEED = 0x21FF;

    /** The numbers of the connections in the order of their packets; empty if they are computed at each packet. */
    abstract int[] sequence(int connections);
}
