package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlSocketTest {
    @TempDir
    private Path directory;

    @Test
    void listen_newDirectory_bothPrivateToTheOwner() throws IOException {
        Path path = directory.resolve("inner/lvsd.sock");
        try (ControlSocket socket = ControlSocket.claim(path);
                ServerSocketChannel listener = socket.listen()) {
            assertThat(listener.isOpen()).isTrue();
            assertThat(permissions(path)).isEqualTo("rw-------");
            assertThat(permissions(path.getParent())).isEqualTo("rwx------");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void claim_inUse_refusedAndFirstOneReachable() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        try (ControlSocket socket = ControlSocket.claim(path);
                ServerSocketChannel listener = socket.listen()) {
            assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("another lvsd is listening on");

            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(listener.isOpen()).isTrue();
        }
    }

    @Test
    void publish_otherDaemonHasReleased_pathAnswersAtAnyTime() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        try (ControlSocket old = ControlSocket.claim(path);
                ServerSocketChannel before = old.listen();
                ControlSocket next = ControlSocket.inherit(path);
                ServerSocketChannel after = next.listen()) {
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                    SocketChannel accepted = before.accept()) {
                assertThat(client.isConnected() && accepted.isConnected()).isTrue();
            }
            old.release();
            next.publish();
            assertThat(permissions(path)).isEqualTo("rw-------");
            assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("another lvsd is listening on");
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                    SocketChannel accepted = after.accept()) {
                assertThat(client.isConnected() && accepted.isConnected()).isTrue();
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void inherit_neverPublished_otherDaemonKeepsItsPath() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        try (ControlSocket old = ControlSocket.claim(path);
                ServerSocketChannel listener = old.listen()) {
            ControlSocket next = ControlSocket.inherit(path);
            next.listen().close();
            next.close();
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(client.isConnected() && listener.isOpen()).isTrue();
            }
            assertThat(directory.toFile().list()).containsExactlyInAnyOrder("lvsd.sock", "lvsd.sock.lock");
        }
    }

    @Test
    void claim_socketOfAnotherProgram_refusedAndKept() throws IOException {
        Path path = directory.resolve("other.sock");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));

            assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("another");
            assertThat(path).exists();
        }
    }

    @Test
    void claim_staleSocket_replaced() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        try (ServerSocketChannel abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            abandoned.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();

        try (ControlSocket socket = ControlSocket.claim(path);
                ServerSocketChannel listener = socket.listen()) {
            assertThat(listener.isOpen()).isTrue();
        }
    }

    @Test
    void claim_fileIsNotASocket_refusedAndKept() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "precious");

        assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("is not a socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void claim_pipe_refusedAndKept() throws IOException, InterruptedException {
        Path path = directory.resolve("pipe");
        assertThat(Programs.run("mkfifo", path.toString()).exitCode()).isZero();

        assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("is not a socket");
        assertThat(path).exists();
    }

    @Test
    void claim_device_refused() {
        assertThatThrownBy(() -> ControlSocket.claim(Path.of("/dev/null"))).hasMessageContaining("/dev/null");
        assertThat(Path.of("/dev/null.lock")).doesNotExist();
    }

    @Test
    void close_filesRemovedAndClaimedByAnother_thoseOfTheOtherStay() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        ControlSocket first = ControlSocket.claim(path);
        try (ServerSocketChannel unreachable = first.listen()) {
            Files.delete(path);
            Files.delete(directory.resolve("lvsd.sock.lock"));
            try (ControlSocket second = ControlSocket.claim(path);
                    ServerSocketChannel listener = second.listen()) {
                first.close();

                assertThat(unreachable.isOpen()).isTrue();
                assertThat(listener.isOpen()).isTrue();
                assertThat(path).exists();
                assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("another lvsd is listening");
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void claim_afterAFailure_succeeds() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "in the way");
        assertThatThrownBy(() -> ControlSocket.claim(path)).isInstanceOf(IOException.class);
        Files.delete(path);

        ControlSocket.claim(path).close();
    }

    @ParameterizedTest
    @CsvSource({
        "rwxrwxrwx, rwx------, is not private",
        "rwxrwxr-x, rwx------, is not private",
        "rwx------, rwxrwxrwx, is not private",
        "rwxr-xr-x, rwxr-xr-x, ''"
    })
    void claim_anyParentWritableByOthers_refusedWithoutAFile(String upper, String lower, String problem)
            throws IOException, InterruptedException {
        Path above = Files.createDirectory(directory.resolve("above"));
        Path parent = Files.createDirectory(above.resolve("parent"));
        assertThat(Programs.run("chgrp", "-R", "daemon", above.toString()).exitCode())
                .isZero();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString(lower));
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString(upper));
        Path path = parent.resolve("lvsd.sock");

        if (problem.isEmpty()) {
            ControlSocket.claim(path).close();
        } else {
            assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining(problem);
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void claim_stickyDirectoryWithAnotherUsersEntry_refusedOwnOneAccepted() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.getOwner(directory).getName().equals("root"), "needs root");
        Path shared = Files.createDirectory(directory.resolve("shared"));
        assertThat(Programs.run("chmod", "1777", shared.toString()).exitCode()).isZero();
        Path own = Files.createDirectory(shared.resolve("own"));
        Path trap = Files.createDirectory(shared.resolve("trap"));
        assertThat(Programs.run("chown", "daemon", trap.toString()).exitCode()).isZero();
        Path link = Files.createSymbolicLink(own.resolve("link"), trap);

        ControlSocket.claim(own.resolve("lvsd.sock")).close();
        for (Path path : List.of(trap, link)) {
            assertThatThrownBy(() -> ControlSocket.claim(path.resolve("lvsd.sock")))
                    .hasMessageContaining(trap + " is not private: it belongs to daemon");
            assertThatThrownBy(() -> TrustedPath.requireForTool(path.resolve("lvsd.sock")))
                    .hasMessageContaining("daemon");
        }
    }

    @Test
    void requireForTool_directoryOfADaemonsUserInATrustedOne_accepted() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.getOwner(directory).getName().equals("root"), "needs root");
        Path run = Files.createDirectory(directory.resolve("run"));
        assertThat(Programs.run("chown", "daemon", run.toString()).exitCode()).isZero();

        TrustedPath.requireForTool(run.resolve("lvsd.sock"));
        assertThatThrownBy(() -> TrustedPath.requireForDaemon(run.resolve("lvsd.sock")))
                .hasMessageContaining("it belongs to daemon");
    }

    @Test
    void claim_pathTooLongForASocket_bothLengthsNamedAndNoFile() {
        Path path = directory.resolve("x".repeat(120));

        assertThatThrownBy(() -> ControlSocket.claim(path))
                .hasMessageContaining(path.toString())
                .hasMessageContaining("has " + path.toString().length() + " bytes; at most 106 are possible");
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s", "lvsd.sock", "a-very-long-name-of-a-socket"})
    void listen_longestPath_works(String name) throws IOException {
        int most = SocketPath.MAX_BYTES - Math.max(0, 9 - name.length());
        Path path = directory
                .resolve("d".repeat(most - directory.toString().length() - name.length() - 2))
                .resolve(name);
        Path longer = path.resolveSibling("x" + name);
        Path tooLong = name.length() < 9
                ? path.getParent()
                        .resolveSibling(path.getParent().getFileName() + "x")
                        .resolve(name)
                : longer;
        assertThat(path.toString()).hasSize(most);

        try (ControlSocket socket = ControlSocket.claim(path);
                ServerSocketChannel listener = socket.listen()) {
            assertThat(listener.isOpen()).isTrue();
        }
        assertThat(path.getParent()).isEmptyDirectory();
        assertThatThrownBy(() -> ControlSocket.claim(tooLong)).hasMessageContaining("at most " + most + " are");
    }

    @Test
    void listen_otherUsersWatching_noMomentInWhichTheyCouldConnect() throws Exception {
        Path path = directory.resolve("lvsd.sock");
        AtomicBoolean done = new AtomicBoolean();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                try {
                    seen.add(permissions(path));
                } catch (IOException e) {
                    seen.add("none");
                }
            }
        });
        watcher.start();
        for (int i = 0; i < 200; i++) {
            try (ControlSocket socket = ControlSocket.claim(path);
                    ServerSocketChannel listener = socket.listen()) {
                assertThat(listener.isOpen()).isTrue();
            }
        }
        done.set(true);
        watcher.join();

        assertThat(seen).isSubsetOf("none", "rw-------");
    }

    @Test
    void claim_refusedOrClosed_noFileLeft() throws IOException {
        Path path = directory.resolve("lvsd.sock");
        ControlSocket.claim(path).close();
        assertThat(directory).isEmptyDirectory();

        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            assertThatThrownBy(() -> ControlSocket.claim(path)).hasMessageContaining("another lvsd");
            assertThat(directory).isDirectoryNotContaining("glob:**.lock");
        }
    }

    @Test
    void claim_severalAtATime_exactlyOneHasIt() throws Exception {
        Path path = directory.resolve("lvsd.sock");
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger claims = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int round = 0; round < 200; round++) {
                    try (ControlSocket socket = ControlSocket.claim(path)) {
                        claims.incrementAndGet();
                        if (holders.incrementAndGet() != 1 || !socket.path().equals(path)) {
                            claims.set(Integer.MIN_VALUE);
                        }
                        holders.decrementAndGet();
                    } catch (IOException e) {
                        Thread.onSpinWait();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(claims.get()).isPositive();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void path_environment_mostSpecificWins() throws IOException {
        assertThat(SocketPath.of(Map.of("LVSD_SOCKET", "/x/y", "XDG_RUNTIME_DIR", "/run/user/1"), "me"))
                .isEqualTo(Path.of("/x/y"));
        assertThat(SocketPath.of(Map.of("XDG_RUNTIME_DIR", "/run/user/1", "TMPDIR", "/t"), "me"))
                .isEqualTo(Path.of("/run/user/1/lvsd.sock"));
        assertThat(SocketPath.of(Map.of("TMPDIR", "/t", "LVSD_SOCKET", ""), "me"))
                .isEqualTo(Path.of("/t/lvsd-me/lvsd.sock"));
        assertThat(SocketPath.of(Map.of(), "a/b")).isEqualTo(Path.of("/tmp/lvsd-a_b/lvsd.sock"));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
