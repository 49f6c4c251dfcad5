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

/** How long collections that nobody asked for take, in milliseconds, from its making on, and how much of the heap they leave. Thread-safe. */
final class CollectorLog {
    private static final int COLLECTIONS = 3;
    private static final String ASKED_FOR = "System.gc()";

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
            if (!collection.getGcCause().equals(ASKED_FOR)) {
                millis.add(collection.getGcInfo().getDuration());
            }
        }
    }

    /** Those so far; the log is empty afterwards. */
    List<Long> take() {
        List<Long> taken = List.copyOf(millis);
        millis.clear();
        return taken;
    }

    /** Collects everything and tells how many bytes are left: what collections found, not what was allocated since. */
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
