package org.lvs4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PerThreadTest {
    private final PerThread<Object> objects = new PerThread<>(Object::new);

    @Test
    @Tag("slow")
    void get_moreThreadsThanSlots_eachThreadHasItsOwnObject() throws InterruptedException {
        Set<Object> seen = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        List<Thread> threads = new ArrayList<>();
        int count = 700;
        CountDownLatch all = new CountDownLatch(count);
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> {
                Object own = objects.get();
                if (!seen.add(own)) {
                    failures.add("two threads have the same object");
                }
                all.countDown();
                try {
                    // All threads are alive and have their objects before any thread gets its object again.
                    all.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    failures.add("interrupted");
                }
                if (objects.get() != own) {
                    failures.add("another object than before");
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(seen).hasSize(count);
    }

    @Test
    void get_newThreadAfterAnotherEnded_itsObjectCollected() throws InterruptedException {
        List<WeakReference<Object>> left = new ArrayList<>();
        Thread ending = new Thread(() -> left.add(new WeakReference<>(objects.get())));
        ending.start();
        ending.join();
        ending = null;
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (left.get(0).get() != null && System.nanoTime() - giveUp < 0) {
            System.gc();
            Thread other = new Thread(objects::get);
            other.start();
            other.join();
        }
        assertThat(left.get(0).get()).isNull();
    }
}
