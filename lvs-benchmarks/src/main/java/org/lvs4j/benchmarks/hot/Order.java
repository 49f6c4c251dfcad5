package org.lvs4j.benchmarks.hot;

import java.util.SplittableRandom;

/** In which order connections get their packets. */
public enum Order {
    /** Each is as likely as any other: the worst case for every cache. Drawn as it goes, which touches no memory. */
    UNIFORM {
        @Override
        int[] sequence(int connections) {
            return new int[0];
        }
    },

    /**
     * Few get most of the packets: the probability of the k-th is the integral of x^-0.99 from k to k + 1. A sequence of
     * {@value #LENGTH} draws is made beforehand and read from front to back, again and again; threads begin at different places.
     */
    ZIPF {
        @Override
        int[] sequence(int connections) {
            SplittableRandom random = new SplittableRandom(SEED);
            int[] sequence = new int[LENGTH];
            double reach = Math.pow(connections + 1.0, 1 - EXPONENT) - 1;
            for (int i = 0; i < LENGTH; i++) {
                double rank = Math.pow(1 + reach * random.nextDouble(), 1 / (1 - EXPONENT));
                sequence[i] = Math.min((int) rank, connections) - 1;
            }
            return sequence;
        }
    };

    /** Long enough that the popular ones of a million come in their due proportion; 16 MiB. */
    static final int LENGTH = 1 << 22;

    private static final double EXPONENT = 0.99;
    private static final long SEED = 0x21FF;

    /** The numbers of connections in the order of their packets, or nothing if they are to be drawn. */
    abstract int[] sequence(int connections);
}
