package org.lvs4j;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.lvs4j.service.Sysctl;

/** The values of all sysctls. Thread-safe; reading is wait-free. */
final class Settings {
    private final AtomicIntegerArray values = new AtomicIntegerArray(Sysctl.values().length);

    Settings() {
        for (Sysctl sysctl : Sysctl.values()) {
            values.setPlain(sysctl.ordinal(), sysctl.defaultValue());
        }
    }

    int get(Sysctl sysctl) {
        // Opaque suffices: a setting guards no other data.
        return values.getOpaque(sysctl.ordinal());
    }

    boolean on(Sysctl sysctl) {
        return get(sysctl) != 0;
    }

    /** The value is within the setting's range. */
    void set(Sysctl sysctl, int value) {
        values.set(sysctl.ordinal(), value);
    }

    Map<Sysctl, Integer> all() {
        Map<Sysctl, Integer> all = new EnumMap<>(Sysctl.class);
        for (Sysctl sysctl : Sysctl.values()) {
            all.put(sysctl, get(sysctl));
        }
        return all;
    }

    /** Sets a value if it still equals the one that the caller has read. */
    void replace(Sysctl sysctl, int from, int to) {
        values.compareAndSet(sysctl.ordinal(), from, to);
    }
}
