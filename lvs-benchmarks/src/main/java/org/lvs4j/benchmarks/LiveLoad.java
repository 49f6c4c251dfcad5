package org.lvs4j.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.scheduler.Servers;

/**
 * Counts connections on the servers of a director's list as the director does, load board included. No public method
 * does only that, so this class calls the internal ones through method handles, which are constants and cost nothing.
 */
final class LiveLoad {
    private static final MethodHandle BIND = method("bind", boolean.class);
    private static final MethodHandle RELEASE = method("release", void.class);

    private final ServerState[] states;

    LiveLoad(Servers servers) {
        states = new ServerState[servers.size()];
        try {
            MethodHandle state = MethodHandles.privateLookupIn(servers.getClass(), MethodHandles.lookup())
                    .findVirtual(servers.getClass(), "state", MethodType.methodType(ServerState.class, int.class));
            for (int i = 0; i < states.length; i++) {
                states[i] = (ServerState) state.invoke(servers, i);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("the director's list of servers has no method state(int)", e);
        }
    }

    void bind(int index) {
        try {
            BIND.invokeExact(states[index], true);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    void release(int index) {
        try {
            RELEASE.invokeExact(states[index], true);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle method(String name, Class<?> result) {
        try {
            return MethodHandles.privateLookupIn(ServerState.class, MethodHandles.lookup())
                    .findVirtual(ServerState.class, name, MethodType.methodType(result, boolean.class))
                    .asType(MethodType.methodType(void.class, ServerState.class, boolean.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
