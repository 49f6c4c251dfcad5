package org.lvs4j.benchmarks.hot;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Records the duration of garbage collections, but of those by {@code System.gc()}. Thread-safe. */
final class CollectorLog {
    private static final int COLLECTIONS = 3;
    private static final String EXPLICIT = "System.gc()";

    private final List<Long> millis = new CopyOnWriteArrayList<>();

    CollectorLog() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener((notification, context) -> note(notification), null, null);
        }
    }

    private void note(Notification notification) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            GarbageCollectionNotificationInfo collection =
                    GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            if (!collection.getGcCause().equals(EXPLICIT)) {
                millis.add(collection.getGcInfo().getDuration());
            }
        }
    }

    /** The durations in milliseconds since the last call; clears the log. */
    List<Long> take() {
        List<Long> taken = List.copyOf(millis);
        millis.clear();
        return taken;
    }

    /** Runs full collections; returns the bytes in use after the last one, without later allocations. */
    static long usedAfterCollection() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
                used += pool.getCollectionUsage().getUsed();
            }
        }
        return used;
    }
}
