package org.lvs4j.examples.standalone;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.IncludeSource;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions.ScriptCheck;
import org.lvs4j.health.Script;

/** The files and programs to which a file of keepalived refers. */
final class KeepalivedFiles implements IncludeSource, ScriptCheck {
    private static final int MAX_FILES = 10_000;
    private static final int ROOT = 0;
    private static final int STICKY = 01000;
    private static final int GROUP_WRITE = 0020;
    private static final int OTHERS_WRITE = 0002;

    @Override
    public List<IncludedFile> find(String pattern, String directory) {
        String whole = pattern.startsWith("/") || directory.isEmpty() ? pattern : directory + "/" + pattern;
        List<String> found = List.of(whole.startsWith("/") ? "/" : "");
        for (String part : whole.split("/")) {
            if (!part.isEmpty()) {
                found = matching(found, part);
            }
        }
        return found.stream()
                .sorted()
                .map(File::new)
                .filter(file -> file.isFile() && !file.canExecute())
                .map(KeepalivedFiles::read)
                .toList();
    }

    @Override
    public String absolute(String directory) {
        return new File(directory).getAbsolutePath();
    }

    /** The entries of some folders that a part of a pattern names. */
    private static List<String> matching(List<String> folders, String part) {
        boolean wildcard = part.indexOf('*') >= 0 || part.indexOf('?') >= 0 || part.indexOf('[') >= 0;
        List<String> found = new ArrayList<>();
        for (String folder : folders) {
            String prefix = folder.isEmpty() || folder.endsWith("/") ? folder : folder + "/";
            if (!wildcard) {
                if (new File(prefix + part).exists()) {
                    found.add(prefix + part);
                }
                continue;
            }
            try {
                PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + escaped(part));
                list(prefix, matcher, part.startsWith("."), found);
            } catch (PatternSyntaxException | InvalidPathException e) {
                // Nothing has such a name.
                return List.of();
            }
        }
        return found;
    }

    /** Braces have been expanded: those that are left stand for themselves. */
    private static String escaped(String part) {
        return part.replace("{", "\\{").replace("}", "\\}");
    }

    private static void list(String prefix, PathMatcher matcher, boolean hidden, List<String> found) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(prefix.isEmpty() ? "." : prefix))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (matcher.matches(Path.of(name)) && (hidden || !name.startsWith(".")) && found.size() < MAX_FILES) {
                    found.add(prefix + name);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A folder that is missing, or cannot be listed, has no entry that matches.
            return;
        }
    }

    private static IncludedFile read(File file) {
        String name = file.getPath();
        String parent = file.getParent();
        if (file.length() > KeepalivedFile.MAX_TEXT_LENGTH) {
            return IncludedFile.unreadable(name, file.length() + " bytes are too long");
        }
        try {
            return IncludedFile.of(name, parent == null ? "" : parent, Files.readAllBytes(file.toPath()));
        } catch (IOException e) {
            return IncludedFile.unreadable(name, Reason.of(e));
        }
    }

    @Override
    public @Nullable String problem(String program) {
        if (program.indexOf('/') >= 0) {
            File file = new File(program);
            return !file.exists()
                    ? "no such file"
                    : file.isFile() && file.canExecute() ? null : "not an executable file";
        }
        return inPath(program) == null ? "not found in the PATH of this process" : null;
    }

    private static @Nullable File inPath(String program) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator)) {
            File file = new File(folder, program);
            if (file.isFile() && file.canExecute()) {
                return file;
            }
        }
        return null;
    }

    @Override
    public @Nullable String insecure(Script script) {
        String program = script.command().get(0);
        File file = program.indexOf('/') >= 0 ? new File(program) : inPath(program);
        try {
            return file == null || !runsAsRoot(script)
                    ? null
                    : writable(file.toPath().toRealPath());
        } catch (UnsupportedOperationException | NoSuchFileException e) {
            // A system without owners, or a program that is missing, which fails when it is run.
            return null;
        } catch (IOException e) {
            return Reason.of(e);
        }
    }

    private static boolean runsAsRoot(Script script) throws IOException {
        String user = script.user();
        return user == null
                ? Integer.valueOf(ROOT).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                : user.equals("root") || user.equals("0");
    }

    /** The part of a path that others than root can write, with the reason; null if there is none. */
    private static @Nullable String writable(Path program) throws IOException {
        for (Path part = program; part != null; part = part.getParent()) {
            Map<String, Object> found = Files.readAttributes(part, "unix:mode,uid,gid");
            int mode = number(found, "mode");
            if (number(found, "uid") != ROOT) {
                return part + " does not belong to root";
            }
            boolean others = (mode & OTHERS_WRITE) != 0 || (mode & GROUP_WRITE) != 0 && number(found, "gid") != ROOT;
            if (others && ((mode & STICKY) == 0 || part.equals(program))) {
                return part + " can be written by others than root";
            }
        }
        return null;
    }

    private static int number(Map<String, Object> attributes, String name) {
        return (Integer) requireNonNull(attributes.get(name), name);
    }
}
