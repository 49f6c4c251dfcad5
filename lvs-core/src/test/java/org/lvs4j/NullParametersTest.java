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
final class NullParametersTest {
    /** Implementations of an SPI, whose methods only the director calls, for each connection and without nulls. */
    private static final Set<Class<?>> CALLED_BY_THE_DIRECTOR = Set.of(Scheduler.class, SipEngine.class);

    /** Methods whose contract is in the JDK. */
    private static final Set<String> OF_THE_JDK = Set.of("equals(Object)", "valueOf(String)");

    /** One parameter of a public constructor or method. */
    record CheckedParameter(Executable executable, int index) {
        Parameter reflected() {
            return executable.getParameters()[index];
        }

        Class<?> type() {
            return executable.getParameterTypes()[index];
        }

        /**
         * Calls the executable with samples for all other parameters. Returns the exception that it throws, or null.
         */
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
                    + reflected().getName();
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

    static Stream<CheckedParameter> parameters() {
        List<CheckedParameter> parameters = new ArrayList<>();
        for (Class<?> type : exportedTypes()) {
            if (!CALLED_BY_THE_DIRECTOR.contains(type)) {
                executables(type).forEach(executable -> {
                    AnnotatedType[] types = executable.getAnnotatedParameterTypes();
                    for (int i = 0; i < types.length; i++) {
                        if (!executable.getParameterTypes()[i].isPrimitive()
                                && !types[i].isAnnotationPresent(Nullable.class)) {
                            parameters.add(new CheckedParameter(executable, i));
                        }
                    }
                });
            }
        }
        return parameters.stream();
    }

    static Stream<CheckedParameter> collections() {
        return parameters()
                .filter(parameter -> parameter.type().isArray()
                                && !parameter.type().getComponentType().isPrimitive()
                        || Collection.class.isAssignableFrom(parameter.type()));
    }

    @Test
    void parameters_ofEveryExportedPackage_found() {
        Set<String> packages = new HashSet<>();
        parameters()
                .forEach(parameter ->
                        packages.add(parameter.executable().getDeclaringClass().getPackageName()));
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
    @MethodSource("parameters")
    void parameter_null_refusedByName(CheckedParameter parameter) throws ReflectiveOperationException {
        assertThat(parameter.reflected().isNamePresent()).isTrue();
        assertThat(catchThrowable(() -> rethrow(parameter.callWith(null))))
                .as("%s", parameter)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(parameter.reflected().getName());
    }

    @ParameterizedTest
    @MethodSource("collections")
    void parameter_nullAmongElements_refused(CheckedParameter parameter) throws ReflectiveOperationException {
        Object value;
        if (parameter.type().isArray()) {
            value = Array.newInstance(parameter.type().getComponentType(), 1);
        } else if (Set.class.isAssignableFrom(parameter.type())) {
            value = Collections.singleton(null);
        } else {
            value = Collections.singletonList(null);
        }
        assertThat(catchThrowable(() -> rethrow(parameter.callWith(value))))
                .as("%s", parameter)
                .isInstanceOf(NullPointerException.class);
    }

    private static void rethrow(@Nullable Throwable thrown) throws Throwable {
        if (thrown != null) {
            throw thrown;
        }
    }
}
