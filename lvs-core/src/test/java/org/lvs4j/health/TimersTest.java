package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final List<String> fired = new ArrayList<>();

    private Timers.Timer timer(String name) {
        return new Timers.Timer() {
            @Override
            void fire(long now) {
                fired.add(name + "@" + now);
            }
        };
    }

    @Test
    void advance_sameDeadline_orderOfSetting() {
        Timers timers = new Timers();
        for (int i = 0; i < 40; i++) {
            timers.set(timer("" + i), 7);
        }

        timers.advance(7);

        assertThat(fired)
                .hasSize(40)
                .isSortedAccordingTo(Comparator.comparing(text -> Integer.parseInt(text.replace("@7", ""))));
        assertThat(timers.next()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void set_timerThatIsSet_moved() {
        Timers timers = new Timers();
        Timers.Timer timer = timer("a");
        timers.set(timer, 5);

        timers.set(timer, 9);
        timers.advance(8);

        assertThat(fired).isEmpty();
        assertThat(timers.size()).isEqualTo(1);
        assertThat(timers.next()).isEqualTo(9);
        assertThat(timer.deadline()).isEqualTo(9);
    }

    @Test
    void advance_randomTimers_eachOnceInOrder() {
        long seed = 20_250_813;
        SplittableRandom random = new SplittableRandom(seed);
        Timers timers = new Timers();
        Map<Timers.Timer, Long> model = new HashMap<>();
        List<Timers.Timer> all = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(new Timers.Timer() {
                @Override
                void fire(long now) {
                    times.add(model.remove(this));
                }
            });
        }
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            Timers.Timer timer = all.get(random.nextInt(all.size()));
            if (random.nextInt(4) == 0) {
                timers.cancel(timer);
                model.remove(timer);
            } else {
                long deadline = now + random.nextInt(500);
                timers.set(timer, deadline);
                model.put(timer, deadline);
            }
            if (random.nextInt(10) == 0) {
                now += random.nextInt(100);
                long until = now;
                List<Long> due = model.values().stream()
                        .filter(deadline -> deadline <= until)
                        .sorted()
                        .toList();
                times.clear();
                timers.advance(now);
                assertThat(times).as("seed " + seed + " step " + step).isEqualTo(due);
            }
            assertThat(timers.size()).isEqualTo(model.size());
            assertThat(timers.next())
                    .isEqualTo(model.values().stream()
                            .mapToLong(Long::longValue)
                            .min()
                            .orElse(Long.MAX_VALUE));
        }
    }
}
