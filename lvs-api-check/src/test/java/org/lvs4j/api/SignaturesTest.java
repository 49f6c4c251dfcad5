package org.lvs4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The format of declarations in {@code api.txt}. */
class SignaturesTest {
    private static final String HERE = SignaturesTest.class.getName() + "$";

    static class Hidden {
        public final void inherited() {}
    }

    @SuppressWarnings("unused") // read by reflection
    public abstract static class Sample<T extends Comparable<T>> extends Hidden implements Runnable {
        public static final int LIMIT = 7;
        public static final String NAME = "a\nb";

        protected Sample(String @Nullable ... names) throws IOException {}

        public abstract <U> @Nullable T find(Map<String, ? super U> map, byte[] bytes, List<@Nullable T> list);

        @Deprecated
        protected static void old(Map.Entry<?, ? extends Number> entry) {}

        void notVisible() {}

        private void secret() {}
    }

    public sealed interface Shape permits Circle {}

    public record Circle(double radius, @Nullable String name) implements Shape {}

    public enum Colour {
        RED,
        GREEN
    }

    @Test
    void signatures_abstractClass_everyVisibleMemberWithGenericsNullnessThrowsAndValues() {
        assertThat(Signatures.of(Sample.class))
                .containsExactly(
                        "public abstract static class " + HERE + "Sample<T extends Comparable<T>> extends " + HERE
                                + "Hidden implements Runnable",
                        "@Deprecated protected static void old(java.util.Map$Entry<?, ? extends Number>)",
                        "protected Sample(String @Nullable ...) throws java.io.IOException",
                        "public abstract <U> @Nullable T find(java.util.Map<String, ? super U>, byte[],"
                                + " java.util.List<@Nullable T>)",
                        "public final void inherited()",
                        "public static final String NAME = \"a\\nb\"",
                        "public static final int LIMIT = 7");
    }

    @Test
    void signatures_sealedInterface_namesItsPermittedTypes() {
        assertThat(Signatures.of(Shape.class))
                .containsExactly("public sealed interface " + HERE + "Shape permits " + HERE + "Circle");
    }

    @Test
    void signatures_record_namesItsComponents() {
        assertThat(Signatures.of(Circle.class))
                .contains(
                        "public record " + HERE + "Circle(double radius, @Nullable String name) implements " + HERE
                                + "Shape",
                        "public @Nullable String name()",
                        "public double radius()");
    }

    @Test
    void signatures_enum_itsConstantsWithoutTheImpliedMethods() {
        assertThat(Signatures.of(Colour.class))
                .containsExactly("public enum " + HERE + "Colour", "enum constant GREEN", "enum constant RED");
    }

    @Test
    void isVisible_typeInsideAHiddenOne_false() {
        assertThat(Signatures.isVisible(Hidden.class)).isFalse();
        assertThat(Signatures.isVisible(String.class)).isTrue();
    }
}
