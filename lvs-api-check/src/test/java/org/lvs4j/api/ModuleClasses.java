package org.lvs4j.api;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The compiled classes of a published module: a folder of classes in {@code mvn test}, a jar in {@code mvn verify}. */
final class ModuleClasses {
    private ModuleClasses() {}

    /** The visible types in the packages that the module of {@code any} exports to every other module, by name. */
    static List<Class<?>> exported(Class<?> any) throws IOException {
        Path location = location(any);
        if (Files.isDirectory(location)) {
            return exported(location);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
            return exported(jar.getPath("/"));
        }
    }

    /** The bytes of each class of the module of {@code any}, by the name of the class. */
    static Map<String, byte[]> compiled(Class<?> any) throws IOException {
        Path location = location(any);
        if (Files.isDirectory(location)) {
            return compiled(location);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
            return compiled(jar.getPath("/"));
        }
    }

    private static Map<String, byte[]> compiled(Path root) throws IOException {
        Map<String, byte[]> classes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = root.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".class") && name.contains("/")) {
                    classes.put(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'),
                            Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    private static Path location(Class<?> any) {
        try {
            return Path.of(
                    any.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Class<?>> exported(Path root) throws IOException {
        Set<String> packages = exportedPackages(root.resolve("module-info.class"));
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> file.endsWith(".class") && file.contains("/"))
                    .filter(file -> packages.contains(
                            file.substring(0, file.lastIndexOf('/')).replace('/', '.')))
                    .filter(file -> !file.endsWith("/package-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                    .sorted()
                    .<Class<?>>map(ModuleClasses::load)
                    .filter(Signatures::isVisible)
                    .toList();
        }
    }

    private static Set<String> exportedPackages(Path moduleInfo) throws IOException {
        try (InputStream in = Files.newInputStream(moduleInfo)) {
            return ModuleDescriptor.read(in).exports().stream()
                    .filter(exports -> !exports.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
    }

    static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ModuleClasses.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
