package org.lvs4j.api;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Types as Java source writes them, with {@code @Nullable}; the names of {@code java.lang} are short. */
final class TypeNames {
    private TypeNames() {}

    static String of(AnnotatedType type) {
        String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
        if (type instanceof AnnotatedArrayType array) {
            String element = of(array.getAnnotatedGenericComponentType());
            return nullable.isEmpty() ? element + "[]" : element + " @Nullable []";
        }
        if (type instanceof AnnotatedParameterizedType parameterized) {
            return nullable
                    + rawName(parameterized)
                    + Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
                            .map(TypeNames::of)
                            .collect(Collectors.joining(", ", "<", ">"));
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            return nullable + "?" + lowerBound(wildcard) + upperBounds(wildcard.getAnnotatedUpperBounds());
        }
        return nullable + shorten(type.getType().getTypeName());
    }

    private static String rawName(AnnotatedParameterizedType type) {
        String name = type.getType().getTypeName();
        int arguments = name.indexOf('<');
        return shorten(arguments < 0 ? name : name.substring(0, arguments));
    }

    private static String lowerBound(AnnotatedWildcardType wildcard) {
        AnnotatedType[] bounds = wildcard.getAnnotatedLowerBounds();
        return bounds.length == 0 ? "" : " super " + of(bounds[0]);
    }

    private static String upperBounds(AnnotatedType[] bounds) {
        String names = Stream.of(bounds).map(TypeNames::of).collect(Collectors.joining(" & "));
        return names.isEmpty() || names.equals("Object") ? "" : " extends " + names;
    }

    /** {@code <K, V extends Comparable<V>>}, or nothing. */
    static String parameters(TypeVariable<?>[] variables) {
        if (variables.length == 0) {
            return "";
        }
        return Arrays.stream(variables)
                .map(variable -> variable.getName() + upperBounds(variable.getAnnotatedBounds()))
                .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String shorten(String name) {
        return name.matches("java\\.lang\\.[A-Z]\\w*") ? name.substring("java.lang.".length()) : name;
    }
}
