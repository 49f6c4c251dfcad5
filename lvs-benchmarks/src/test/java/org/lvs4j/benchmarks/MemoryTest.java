package org.lvs4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryTest {
    @ParameterizedTest
    @EnumSource
    void words_allWritten_readBack(Memory memory) {
        int count = 5_000;
        Memory.Lines lines = memory.lines(count);
        for (int line = 0; line < count; line++) {
            for (int word = 0; word < Memory.LINE_WORDS; word++) {
                assertThat(lines.compareAndSet(line, word, 0, line * 8L + word + 1))
                        .isTrue();
                assertThat(lines.compareAndSet(line, word, 0, 7)).isFalse();
            }
        }
        for (int line = 0; line < count; line++) {
            for (int word = 0; word < Memory.LINE_WORDS; word++) {
                assertThat(lines.get(line, word)).isEqualTo(line * 8L + word + 1);
                assertThat(lines.getAcquire(line, word)).isEqualTo(line * 8L + word + 1);
            }
        }
    }
}
