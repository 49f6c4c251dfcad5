package org.lvs4j.api;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The declarations that other modules can see of a type: one line for the type, then one per member, sorted. */
final class Signatures {
    private static final int TYPE_MODIFIERS = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.FINAL;
    private static final int MEMBER_MODIFIERS = TYPE_MODIFIERS | Modifier.STATIC;

    private Signatures() {}

    /** If the type and every type around it are public or protected. */
    static boolean isVisible(Class<?> type) {
        Class<?> enclosing = type.getEnclosingClass();
        return isVisible(type.getModifiers())
                && !type.isAnonymousClass()
                && (enclosing == null || isVisible(enclosing));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    static List<String> of(Class<?> type) {
        List<String> lines = new ArrayList<>();
        lines.add(header(type));
        lines.addAll(members(type));
        return lines;
    }

    private static String header(Class<?> type) {
        StringBuilder header = new StringBuilder(deprecation(type));
        int modifiers = type.getModifiers() & TYPE_MODIFIERS;
        if (type.isInterface()) {
            modifiers &= ~Modifier.ABSTRACT;
        }
        if (type.isEnum() || type.isRecord()) {
            modifiers &= ~(Modifier.FINAL | Modifier.ABSTRACT);
        }
        header.append(modifiers(modifiers));
        if (Modifier.isStatic(type.getModifiers()) && type.isMemberClass() && !type.isInterface() && !type.isEnum()) {
            header.append(type.isRecord() ? "" : "static ");
        }
        header.append(type.isSealed() ? "sealed " : "").append(kind(type)).append(' ');
        header.append(type.getName()).append(TypeNames.parameters(type.getTypeParameters()));
        if (type.isRecord()) {
            header.append(Arrays.stream(type.getRecordComponents())
                    .map(Signatures::component)
                    .collect(Collectors.joining(", ", "(", ")")));
        }
        AnnotatedType parent = type.getAnnotatedSuperclass();
        if (parent != null && parent.getType() != Object.class && !type.isEnum() && !type.isRecord()) {
            header.append(" extends ").append(TypeNames.of(parent));
        }
        if (type.getAnnotatedInterfaces().length > 0 && !type.isAnnotation()) {
            header.append(type.isInterface() ? " extends " : " implements ")
                    .append(names(type.getAnnotatedInterfaces()));
        }
        if (type.isSealed()) {
            header.append(Arrays.stream(type.getPermittedSubclasses())
                    .map(Class::getName)
                    .sorted()
                    .collect(Collectors.joining(", ", " permits ", "")));
        }
        return header.toString();
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface";
        }
        if (type.isInterface()) {
            return "interface";
        }
        if (type.isEnum()) {
            return "enum";
        }
        return type.isRecord() ? "record" : "class";
    }

    private static String component(RecordComponent component) {
        return TypeNames.of(component.getAnnotatedType()) + " " + component.getName();
    }

    /** Members of the type, and of superclasses that other modules cannot see but whose public members they inherit. */
    private static Set<String> members(Class<?> type) {
        Set<String> members = new TreeSet<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic() && !type.isEnum()) {
                members.add(constructor(constructor));
            }
        }
        Class<?> declaring = type;
        do {
            fields(declaring).forEach(members::add);
            methods(declaring).forEach(members::add);
            declaring = declaring.getSuperclass();
        } while (declaring != null && !isVisible(declaring));
        return members;
    }

    private static Stream<String> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> isVisible(field.getModifiers()) && !field.isSynthetic())
                .map(Signatures::field);
    }

    private static Stream<String> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> isVisible(method.getModifiers()) && !method.isSynthetic() && !method.isBridge())
                .filter(method -> !isImplied(method))
                .map(Signatures::method);
    }

    /** The methods that every enum has, and those of {@code Object}: their signatures cannot change. */
    private static boolean isImplied(Method method) {
        String erased = method.getName() + Arrays.toString(method.getParameterTypes());
        return switch (erased) {
            case "toString[]", "hashCode[]", "equals[class java.lang.Object]" -> true;
            case "values[]", "valueOf[class java.lang.String]" ->
                method.getDeclaringClass().isEnum();
            default -> false;
        };
    }

    private static String field(Field field) {
        if (field.isEnumConstant()) {
            return "enum constant " + deprecation(field) + field.getName();
        }
        return deprecation(field)
                + modifiers(field.getModifiers() & MEMBER_MODIFIERS)
                + TypeNames.of(field.getAnnotatedType()) + " " + field.getName() + constantValue(field);
    }

    /**
     * A compiler copies the value of such a constant into the code that uses it, so the value is part of the signature.
     */
    private static String constantValue(Field field) {
        boolean constant = Modifier.isStatic(field.getModifiers())
                && Modifier.isFinal(field.getModifiers())
                && (field.getType().isPrimitive() || field.getType() == String.class);
        if (!constant) {
            return "";
        }
        try {
            Object value = field.get(null);
            return " = " + (value instanceof String text ? '"' + text.replace("\n", "\\n") + '"' : value);
        } catch (IllegalAccessException e) {
            return ""; // protected
        }
    }

    private static String constructor(Constructor<?> constructor) {
        return deprecation(constructor)
                + modifiers(constructor.getModifiers() & MEMBER_MODIFIERS)
                + typeParameters(constructor)
                + constructor.getDeclaringClass().getSimpleName()
                + parametersAndThrows(constructor);
    }

    private static String method(Method method) {
        int modifiers = method.getModifiers() & MEMBER_MODIFIERS;
        if (Modifier.isFinal(method.getDeclaringClass().getModifiers())) {
            modifiers &= ~Modifier.FINAL;
        }
        return deprecation(method)
                + modifiers(modifiers)
                + (method.isDefault() ? "default " : "")
                + typeParameters(method)
                + TypeNames.of(method.getAnnotatedReturnType())
                + " " + method.getName() + parametersAndThrows(method);
    }

    private static String typeParameters(Executable executable) {
        String parameters = TypeNames.parameters(executable.getTypeParameters());
        return parameters.isEmpty() ? "" : parameters + " ";
    }

    private static String parametersAndThrows(Executable executable) {
        Parameter[] parameters = executable.getParameters();
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < parameters.length; i++) {
            text.append(i == 0 ? "" : ", ").append(TypeNames.of(parameters[i].getAnnotatedType()));
        }
        if (executable.isVarArgs()) {
            text.replace(text.lastIndexOf("[]"), text.length(), "...");
        }
        text.append(')');
        if (executable.getAnnotatedExceptionTypes().length > 0) {
            text.append(" throws ").append(names(executable.getAnnotatedExceptionTypes()));
        }
        return text.toString();
    }

    private static String names(AnnotatedType[] types) {
        return Arrays.stream(types).map(TypeNames::of).sorted().collect(Collectors.joining(", "));
    }

    private static String modifiers(int modifiers) {
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    private static String deprecation(AnnotatedElement element) {
        Deprecated deprecated = element.getAnnotation(Deprecated.class);
        if (deprecated == null) {
            return "";
        }
        return deprecated.forRemoval() ? "@Deprecated(forRemoval=true) " : "@Deprecated ";
    }
}
