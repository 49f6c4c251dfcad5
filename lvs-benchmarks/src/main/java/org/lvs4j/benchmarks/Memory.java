package org.lvs4j.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The kinds of memory that can hold flat records: lines of eight words, addressed by line and word. */
public enum Memory {
    /** Arrays on the heap, 256 KiB each, as in the connection table. */
    HEAP {
        @Override
        Lines lines(int count) {
            return new HeapLines(count);
        }
    },

    /** Memory outside the heap, each line in one cache line. */
    DIRECT {
        @Override
        Lines lines(int count) {
            return new DirectLines(count, 0);
        }
    },

    /**
     * Memory outside the heap, offset by 16 bytes as the elements of an array are: shows the cost
     * of misalignment alone.
     */
    DIRECT_UNALIGNED {
        @Override
        Lines lines(int count) {
            return new DirectLines(count, 16);
        }
    };

    static final int LINE_WORDS = 8;
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_LINES = 1 << CHUNK_SHIFT;

    /** Allocates lines, all zero. */
    abstract Lines lines(int count);

    /** Lines of words. Thread-safe. */
    interface Lines {
        /** Reads a word with volatile semantics. */
        long get(int line, int word);

        /** Reads a word with acquire semantics. Without a partner: the benchmark writes by compare-and-set only. */
        long getAcquire(int line, int word);

        /** Replaces a word, with volatile semantics, if it has the expected value; returns whether it had. */
        boolean compareAndSet(int line, int word, long expected, long replacement);
    }

    private static final class HeapLines implements Lines {
        private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

        private final long[][] chunks;

        HeapLines(int count) {
            chunks = new long[(count + CHUNK_LINES - 1) / CHUNK_LINES][CHUNK_LINES * LINE_WORDS];
        }

        private static int index(int line, int word) {
            return (line & CHUNK_LINES - 1) * LINE_WORDS + word;
        }

        @Override
        public long get(int line, int word) {
            return (long) WORDS.getVolatile(chunks[line >>> CHUNK_SHIFT], index(line, word));
        }

        @Override
        public long getAcquire(int line, int word) {
            return (long) WORDS.getAcquire(chunks[line >>> CHUNK_SHIFT], index(line, word));
        }

        @Override
        public boolean compareAndSet(int line, int word, long expected, long replacement) {
            return WORDS.compareAndSet(chunks[line >>> CHUNK_SHIFT], index(line, word), expected, replacement);
        }
    }

    private static final class DirectLines implements Lines {
        private static final VarHandle WORDS =
                MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
        private static final int LINE_BYTES = 64;

        private final ByteBuffer[] chunks;

        DirectLines(int count, int offset) {
            chunks = new ByteBuffer[(count + CHUNK_LINES - 1) / CHUNK_LINES];
            for (int i = 0; i < chunks.length; i++) {
                ByteBuffer aligned = ByteBuffer.allocateDirect(CHUNK_LINES * LINE_BYTES + 2 * LINE_BYTES)
                        .alignedSlice(LINE_BYTES);
                chunks[i] = aligned.slice(offset, CHUNK_LINES * LINE_BYTES).order(ByteOrder.nativeOrder());
            }
        }

        private static int index(int line, int word) {
            return (line & CHUNK_LINES - 1) * LINE_BYTES + word * Long.BYTES;
        }

        @Override
        public long get(int line, int word) {
            return (long) WORDS.getVolatile(chunks[line >>> CHUNK_SHIFT], index(line, word));
        }

        @Override
        public long getAcquire(int line, int word) {
            return (long) WORDS.getAcquire(chunks[line >>> CHUNK_SHIFT], index(line, word));
        }

        @Override
        public boolean compareAndSet(int line, int word, long expected, long replacement) {
            return WORDS.compareAndSet(chunks[line >>> CHUNK_SHIFT], index(line, word), expected, replacement);
        }
    }
}
