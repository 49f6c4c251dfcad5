package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.persistence.engine.SipEngine;
import org.lvs4j.scheduler.Scheduler;

/**
 * Every public constructor and method of an exported package refuses null by the name of the parameter, unless the
 * parameter is {@code @Nullable}.
 */
final class NullDoorsTest {
    /** Implementations of an SPI, whose methods only the director calls, for each connection and without nulls. */
    private static final Set<Class<?>> CALLED_BY_THE_DIRECTOR = Set.of(Scheduler.class, SipEngine.class);

    /** Methods whose contract is in the JDK. */
    private static final Set<String> OF_THE_JDK = Set.of("equals(Object)", "valueOf(String)");

    /** One parameter of a public constructor or method. */
    record Door(Executable executable, int index) {
        Parameter parameter() {
            return executable.getParameters()[index];
        }

        Class<?> type() {
            return executable.getParameterTypes()[index];
        }

        /** Calls it with samples for all other parameters. Returns what it throws, or null. */
        @Nullable
        Throwable callWith(@Nullable Object value) throws ReflectiveOperationException {
            Object[] arguments = new Object[executable.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = i == index ? value : Samples.of(executable.getParameters()[i]);
            }
            try {
                if (executable instanceof Constructor<?> constructor) {
                    constructor.newInstance(arguments);
                } else {
                    Method method = (Method) executable;
                    boolean isStatic = Modifier.isStatic(method.getModifiers());
                    method.invoke(isStatic ? null : Samples.of(method.getDeclaringClass()), arguments);
                }
                return null;
            } catch (InvocationTargetException e) {
                return e.getCause();
            }
        }

        @Override
        public String toString() {
            return executable.getDeclaringClass().getName() + " " + signature(executable) + " "
                    + parameter().getName();
        }
    }

    private static String signature(Executable executable) {
        String name = executable instanceof Constructor<?> ? "new" : executable.getName();
        return name + "("
                + String.join(
                        ", ",
                        Arrays.stream(executable.getParameterTypes())
                                .map(Class::getSimpleName)
                                .toList())
                + ")";
    }

    private static Path classes() {
        try {
            return Path.of(Director.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Class<?>> exportedTypes() {
        List<Class<?>> types = new ArrayList<>();
        ModuleFinder.of(classes()).findAll().iterator().next().descriptor().exports().stream()
                .filter(exports -> !exports.isQualified())
                .forEach(exports -> types.addAll(publicTypes(exports.source())));
        return types;
    }

    private static List<Class<?>> publicTypes(String packageName) {
        try (Stream<Path> files = Files.list(classes().resolve(packageName.replace('.', '/')))) {
            List<Class<?>> types = new ArrayList<>();
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = Class.forName(packageName + "." + name.substring(0, name.length() - 6));
                    if (isPublic(type)) {
                        types.add(type);
                    }
                }
            }
            return types;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isPublic(@Nullable Class<?> type) {
        return type == null || Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass());
    }

    private static Stream<Executable> executables(Class<?> type) {
        Stream<Executable> constructors =
                Modifier.isAbstract(type.getModifiers()) ? Stream.empty() : Arrays.stream(type.getConstructors());
        Stream<Executable> methods = Arrays.stream(type.getDeclaredMethods());
        return Stream.concat(constructors, methods)
                .filter(executable -> Modifier.isPublic(executable.getModifiers()))
                .filter(executable -> !Modifier.isAbstract(executable.getModifiers()))
                .filter(executable -> !executable.isSynthetic())
                .filter(executable -> !OF_THE_JDK.contains(signature(executable)));
    }

    static Stream<Door> doors() {
        List<Door> doors = new ArrayList<>();
        for (Class<?> type : exportedTypes()) {
            if (!CALLED_BY_THE_DIRECTOR.contains(type)) {
                executables(type).forEach(executable -> {
                    AnnotatedType[] types = executable.getAnnotatedParameterTypes();
                    for (int i = 0; i < types.length; i++) {
                        if (!executable.getParameterTypes()[i].isPrimitive()
                                && !types[i].isAnnotationPresent(Nullable.class)) {
                            doors.add(new Door(executable, i));
                        }
                    }
                });
            }
        }
        return doors.stream();
    }

    static Stream<Door> manyElements() {
        return doors().filter(door ->
                door.type().isArray() && !door.type().getComponentType().isPrimitive()
                        || Collection.class.isAssignableFrom(door.type()));
    }

    @Test
    void doors_ofTheWholeLibrary_areFound() {
        Set<String> packages = new HashSet<>();
        doors().forEach(door ->
                packages.add(door.executable().getDeclaringClass().getPackageName()));
        assertThat(packages)
                .contains(
                        "org.lvs4j",
                        "org.lvs4j.config",
                        "org.lvs4j.net",
                        "org.lvs4j.plane",
                        "org.lvs4j.scheduler",
                        "org.lvs4j.service",
                        "org.lvs4j.stats");
    }

    @ParameterizedTest
    @MethodSource("doors")
    void door_null_refusedByTheParametersName(Door door) throws ReflectiveOperationException {
        assertThat(door.parameter().isNamePresent()).isTrue();
        assertThat(catchThrowable(() -> rethrow(door.callWith(null))))
                .as("%s", door)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(door.parameter().getName());
    }

    @ParameterizedTest
    @MethodSource("manyElements")
    void door_nullAmongElements_refused(Door door) throws ReflectiveOperationException {
        Object value;
        if (door.type().isArray()) {
            value = Array.newInstance(door.type().getComponentType(), 1);
        } else if (Set.class.isAssignableFrom(door.type())) {
            value = Collections.singleton(null);
        } else {
            value = Collections.singletonList(null);
        }
        assertThat(catchThrowable(() -> rethrow(door.callWith(value))))
                .as("%s", door)
                .isInstanceOf(NullPointerException.class);
    }

    private static void rethrow(@Nullable Throwable thrown) throws Throwable {
        if (thrown != null) {
            throw thrown;
        }
    }
}
