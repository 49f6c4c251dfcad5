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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void claim_afterAFailure_succeeds() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "in the way");
        assertThatThrownBy(() -> ControlSocket.claim(path)).isInstanceOf(IOException.class);
        Files.delete(path);

        ControlSocket.claim(path).close();
    }

    @Test
    void claim_directoryBelowASharedOneIsNotPrivate_refused() throws IOException {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path trap = Files.createDirectory(shared.resolve("lvsd-me"));
        Files.setPosixFilePermissions(trap, PosixFilePermissions.fromString("rwxrwxr-x"));

        assertThatThrownBy(() -> ControlSocket.claim(trap.resolve("lvsd.sock"))).hasMessageContaining("not private");
    }

    @Test
    void claim_pathTooLongForASocket_errorNamesIt() throws IOException {
        Path path = directory.resolve("x".repeat(120));
        try (ControlSocket socket = ControlSocket.claim(path)) {
            assertThatThrownBy(socket::listen).hasMessageContaining(path.toString());
        }
    }

    @Test
    void path_environment_mostSpecificWins() {
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
