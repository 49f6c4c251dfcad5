package org.lvs4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules of the architecture: imports between packages, and what no class of the core may do. */
@Tag("slow")
class ArchitectureTest {
    /** A package imports only packages before it in this list. The empty name is {@code org.lvs4j} itself. */
    private static final List<String> PACKAGES = List.of(
            "net",
            "service",
            "stats",
            "internal.text",
            "internal.concurrent",
            "internal.counters",
            "internal.connection",
            "internal.packet",
            "internal.persistence",
            "scheduler",
            "persistence.engine",
            "health",
            "sync",
            "",
            "plane",
            "config",
            "config.keepalived",
            "discovery",
            "metrics");

    /** Races, benchmarks and a test that know the internal packages; none is published. */
    private static final Set<String> KNOW_INTERNALS = Set.of(
            "lvs-api-check/src/test/java/org/lvs4j/api/NativeImageMetadataTest.java",
            "lvs-jcstress",
            "lvs-benchmarks/src/main/java/org/lvs4j/benchmarks/hot/TableStore.java",
            "lvs-benchmarks/src/main/java/org/lvs4j/benchmarks/LiveLoad.java");

    private static final Set<String> CLOCKS = Set.of("nanoTime", "currentTimeMillis");
    private static final Set<String> THREADS = Set.of("<init>", "start", "sleep", "ofVirtual", "ofPlatform");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.lvs4j");

    private static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        if (name.equals("org.lvs4j")) {
            return "";
        }
        return name.startsWith("org.lvs4j.") ? name.substring("org.lvs4j.".length()) : "outside";
    }

    private static DescribedPredicate<JavaClass> in(String name) {
        return describe(
                "package '" + name + "'",
                type -> type.getPackageName().startsWith("org.lvs4j")
                        && packageOf(type).equals(name));
    }

    private static DescribedPredicate<JavaClass> after(String name) {
        List<String> later = PACKAGES.subList(PACKAGES.indexOf(name) + 1, PACKAGES.size());
        return describe(
                "packages after '" + name + "'",
                type -> type.getPackageName().startsWith("org.lvs4j") && later.contains(packageOf(type)));
    }

    private static DescribedPredicate<JavaAccess<?>> access(Class<?> owner, Set<String> names) {
        return describe(
                "use of " + owner.getSimpleName() + " " + names,
                access -> access.getTargetOwner().isEquivalentTo(owner)
                        && names.contains(access.getTarget().getName()));
    }

    @Test
    void core_everyClass_inAListedPackage() {
        assertThat(CORE).hasSizeGreaterThan(50);
        assertThat(CORE)
                .filteredOn(type -> !type.getName().equals("module-info"))
                .allSatisfy(type -> assertThat(PACKAGES).as(type.getName()).contains(packageOf(type)));
    }

    @Test
    void package_anyListedOne_importsOnlyEarlierOnes() {
        for (String name : PACKAGES) {
            importsNoLaterPackage(name).check(CORE);
        }
    }

    private static ArchRule importsNoLaterPackage(String name) {
        return noClasses()
                .that(in(name))
                .should()
                .dependOnClassesThat(after(name))
                .allowEmptyShould(true);
    }

    @Test
    void packageRule_importOfALaterPackage_reported() {
        JavaClasses upward = new ClassFileImporter().importClasses(Director.class);
        ArchRule rule = noClasses().that(in("")).should().dependOnClassesThat(in("service"));

        assertThatThrownBy(() -> rule.check(upward)).isInstanceOf(AssertionError.class);
    }

    @Test
    void internalPackages_otherModules_notImported() throws IOException {
        Path top = Path.of("").toAbsolutePath().getParent();
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                // Other builds may write there meanwhile.
                boolean built = directory.endsWith("target") || directory.equals(top.resolve("lvs-core"));
                return built ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        List<String> touching = sources.stream()
                .filter(ArchitectureTest::mentionsInternals)
                .map(file -> top.relativize(file).toString().replace('\\', '/'))
                .filter(file -> KNOW_INTERNALS.stream().noneMatch(file::startsWith))
                .toList();
        assertThat(sources).isNotEmpty();
        assertThat(touching).isEmpty();
    }

    private static boolean mentionsInternals(Path file) {
        try {
            return Files.readString(file).contains("org.lvs4j.internal");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void packages_together_formNoCycle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(packageOf(type));
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(CORE);
    }

    @Test
    void core_exceptTheDefaultTicker_readsNoClock() {
        noClasses()
                .that(describe("the builder's default", type -> !type.isEquivalentTo(Director.Builder.class)))
                .should()
                .accessTargetWhere(access(System.class, CLOCKS))
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|Instant|LocalDateTime|ZonedDateTime)")
                .check(CORE);
    }

    @Test
    void core_anyClass_startsNoThreadAndNeverSleeps() {
        noClasses()
                .should()
                .accessTargetWhere(access(Thread.class, THREADS))
                .orShould()
                .dependOnClassesThat(assignableTo(java.util.concurrent.Executor.class))
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(Timer|concurrent\\.(Executors|CompletableFuture))")
                .check(CORE);
    }

    @Test
    void core_anyClass_logsNothingAndOpensNoSocket() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.logging..", "org.slf4j..", "java.nio.channels..", "sun.misc..", "jdk.internal..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.System\\$Logger|java\\.net\\.\\w*Socket")
                .check(CORE);
    }

    @Test
    void publicSignature_anyExportedPackage_showsNoInternalType() {
        classes()
                .that(describe("exported", type -> !packageOf(type).startsWith("internal")))
                .and()
                .arePublic()
                .should(new PublicSignatures("org.lvs4j.internal"))
                .check(CORE);
    }
}
