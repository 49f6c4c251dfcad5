package org.lvs4j;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.SchedulerContext;
import org.lvs4j.scheduler.SchedulerProvider;
import org.lvs4j.scheduler.Servers;

/** An application's scheduler that always picks the first server, and whose hooks throw on demand. */
public final class FaultyScheduler implements SchedulerProvider {
    static final String NAME = "faulty";

    /** Thrown by creation and by every hook once {@link #callsLeft} calls have succeeded; null for never. */
    private static @Nullable Supplier<RuntimeException> failure;

    private static int callsLeft;

    /** For the service loader. */
    public FaultyScheduler() {}

    /** Makes all calls after a number of successful ones fail. */
    static void failAfter(int calls, Supplier<RuntimeException> exception) {
        callsLeft = calls;
        failure = exception;
    }

    static void recover() {
        failure = null;
    }

    private static void throwIfDue() {
        if (failure != null && callsLeft-- <= 0) {
            throw failure.get();
        }
    }

    /** A director that also has this scheduler. */
    static Director director(Path directory) throws IOException {
        return directorBuilder(directory).build();
    }

    /** A builder of such a director. */
    static Director.Builder directorBuilder(Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("provider"), FaultyScheduler.class.getName());
        ClassLoader loader = new ClassLoader(FaultyScheduler.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                List<URL> found = new ArrayList<>(Collections.list(super.getResources(name)));
                if (name.equals("META-INF/services/" + SchedulerProvider.class.getName())) {
                    found.add(file.toUri().toURL());
                }
                return Collections.enumeration(found);
            }
        };
        return Director.builder().classLoader(loader);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scheduler create(Servers servers, SchedulerContext context) {
        throwIfDue();
        // Every method that returns a scheduler is a hook.
        return (Scheduler) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Scheduler.class}, (self, method, arguments) -> {
                    if (method.isDefault() && method.getName().equals("serversAdded")) {
                        return InvocationHandler.invokeDefault(self, method, arguments);
                    } else if (method.getReturnType() == Scheduler.class) {
                        throwIfDue();
                        return self;
                    }
                    return switch (method.getName()) {
                        case "pick", "peek" -> ((Servers) arguments[0]).size() == 0 ? Scheduler.NONE : 0;
                        case "equals" -> self == arguments[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> throw new UnsupportedOperationException(method.toString());
                    };
                });
    }
}
