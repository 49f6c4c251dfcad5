package org.lvs4j.examples.standalone;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the path of a socket or a state file that another user could replace. Every directory on the path, symbolic links
 * followed, must belong to root or this user, and must not be writable by others, except for a sticky directory such as
 * {@code /tmp}, in which only the owner of an entry can replace it. A group that bears the owner's name counts as the
 * owner.
 */
final class TrustedPath {
    private static final String SOCKET = "the control socket";
    private static final int ROOT = 0;
    private static final int STICKY = 01000;
    private static final int GROUP_WRITE = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int MAX_LINKS = 40;
    private static final String ATTRIBUTES = "unix:mode,uid,gid,owner,group,isSymbolicLink";

    private final Set<Integer> trusted = new HashSet<>();
    private final boolean delegating;
    private final String what;
    private int links;

    private TrustedPath(boolean delegating, String what) throws IOException {
        this.delegating = delegating;
        this.what = what;
        trusted.add(ROOT);
        trusted.add(uid(Path.of("/proc/self")));
        if (!Files.readString(Path.of("/proc/self/uid_map")).matches("\\s*0\\s+0\\s+4294967295\\s*")) {
            // In a user namespace, the owners outside of it appear as one, root among them.
            trusted.add(Integer.parseInt(
                    Files.readString(Path.of("/proc/sys/kernel/overflowuid")).trim()));
        }
    }

    /**
     * Checks the directories of a socket that this process is to create. Directories that do not exist are skipped.
     *
     * @throws IOException naming the directory and what is wrong with it
     */
    static void requireForDaemon(Path socket) throws IOException {
        require(socket, false, SOCKET);
    }

    /**
     * Checks the directories of a socket that this process is to connect to. A directory that belongs to another user
     * is accepted where a trusted user has put it: root may administer the daemon of any user.
     *
     * @throws IOException naming the directory and what is wrong with it
     */
    static void requireForTool(Path socket) throws IOException {
        require(socket, true, SOCKET);
    }

    /**
     * Checks the directories of a state file, and the file itself if it exists.
     *
     * @throws IOException naming the directory or the file, and what is wrong with it
     */
    static void requireForState(Path file) throws IOException {
        TrustedPath checks = require(file, false, "the state file");
        if (checks != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Map<String, Object> found = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            if (!checks.trusted.contains((Integer) attribute(found, "uid"))) {
                throw new IOException(file + " belongs to " + attribute(found, "owner"));
            }
        }
    }

    /**
     * Checks the directories of a socket of the admin endpoint.
     *
     * @throws IOException naming the directory and what is wrong with it
     */
    static void requireForAdmin(Path socket) throws IOException {
        require(socket, false, "the socket of the admin endpoint");
    }

    /** Returns null on a system whose files have no owners. */
    private static @Nullable TrustedPath require(Path file, boolean delegating, String what) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.exists(Path.of("/proc/self/uid_map"))) {
            return null;
        }
        TrustedPath checks = new TrustedPath(delegating, what);
        checks.walk(directory.normalize());
        return checks;
    }

    private static int uid(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid");
    }

    /** Checks a directory and those above it; returns whether others can create entries in it. */
    private boolean walk(Path directory) throws IOException {
        Path above = directory.getParent();
        boolean shared = above != null && walk(above);
        Map<String, Object> found;
        try {
            found = Files.readAttributes(directory, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        } catch (FileSystemException e) {
            throw new IOException(Reason.of(e), e);
        }
        checkOwner(directory, found, shared);
        if (Boolean.TRUE.equals(found.get("isSymbolicLink"))) {
            if (++links > MAX_LINKS) {
                throw new IOException(directory + ": too many symbolic links");
            }
            return walk(
                    directory.resolveSibling(Files.readSymbolicLink(directory)).normalize());
        }
        int mode = (Integer) attribute(found, "mode");
        boolean ownGroup = attribute(found, "group")
                .toString()
                .equals(attribute(found, "owner").toString());
        boolean writable = (mode & OTHERS_WRITE) != 0 || (mode & GROUP_WRITE) != 0 && !ownGroup;
        if (writable && (mode & STICKY) == 0) {
            throw new IOException("the directory " + directory + " is not private: users other than "
                    + attribute(found, "owner") + " can replace " + what + " (mode "
                    + Integer.toOctalString(mode & 07777) + ", group " + attribute(found, "group") + ")");
        }
        return writable;
    }

    private static Object attribute(Map<String, Object> found, String name) {
        return requireNonNull(found.get(name), name);
    }

    private void checkOwner(Path directory, Map<String, Object> found, boolean shared) throws IOException {
        int owner = (Integer) attribute(found, "uid");
        if (trusted.contains(owner)) {
            return;
        }
        if (shared || !delegating) {
            throw new IOException("the directory " + directory + " is not private: it belongs to "
                    + attribute(found, "owner") + ", who can replace " + what);
        }
        trusted.add(owner);
    }
}
