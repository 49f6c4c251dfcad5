package org.lvs4j.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.function.Supplier;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.scheduler.Scheduler;

/** Builds the library's Maglev table in any size. Its schedulers only build tables of fixed sizes. */
final class MaglevAccess {
    private static final int FIRST_SERVER = 0x0A01_0001; // 10.1.0.1
    private static final String TABLE = Scheduler.class.getPackageName() + ".MaglevTable";
    private static final MethodHandle BUILD = build();
    private static final MethodHandle AT = at();

    private MaglevAccess() {}

    /** A supplier that builds a new table for servers of equal weight at each call. */
    static Supplier<Object> builder(int servers, int slots) {
        Endpoint[] endpoints = new Endpoint[servers];
        for (int i = 0; i < servers; i++) {
            endpoints[i] = new Endpoint(IpAddress.of(AddressFamily.IPV4, 0, FIRST_SERVER + i), 8080);
        }
        int[] weights = new int[servers];
        Arrays.fill(weights, 1);
        return () -> {
            try {
                return BUILD.invoke(endpoints, weights, slots);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }

    /** The server of a slot of a table. */
    static int serverAt(Object table, int slot) {
        try {
            return (int) AT.invoke(table, slot);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle build() {
        try {
            Class<?> table = Class.forName(TABLE);
            return MethodHandles.privateLookupIn(table, MethodHandles.lookup())
                    .findStatic(table, "of", MethodType.methodType(table, Endpoint[].class, int[].class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static MethodHandle at() {
        try {
            Class<?> table = Class.forName(TABLE);
            return MethodHandles.privateLookupIn(table, MethodHandles.lookup())
                    .findVirtual(table, "at", MethodType.methodType(int.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
