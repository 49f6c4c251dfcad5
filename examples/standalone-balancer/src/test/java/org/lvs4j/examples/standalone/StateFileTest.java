package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The state file: what is in it after success and failure, and what is done with one that cannot be used. */
class StateFileTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    @TempDir
    private Path directory;

    private Path path;
    private StateFile file;

    @BeforeEach
    void open() throws StartException {
        path = directory.resolve("state");
        file = StateFile.open(path);
    }

    private static DirectorState state(int clients) {
        Director director = Director.create();
        director.addService(VirtualService.builder(WEB).persistent(300).build(), RealServer.of("192.168.1.1:80"));
        for (int i = 0; i < clients; i++) {
            Endpoint client = Endpoint.parse("10.9." + i / 250 + "." + i % 250 + ":4000");
            try (Connection connection = director.open(Flow.of(Protocol.TCP, client, Endpoint.parse("10.0.0.1:80")))) {
                assertThat(connection.accepted()).isTrue();
            }
        }
        return director.saveState(System.currentTimeMillis());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void save_thenLoad_sameStateInAPrivateFileAndNothingElse() throws IOException {
        assertThat(file.load()).isNull();
        file.save(state(3));
        file.save(state(5));

        DirectorState loaded = file.load();

        assertThat(loaded).isNotNull();
        assertThat(loaded.templates()).isEqualTo(5);
        assertThat(names()).containsExactly("state");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(path).hasSize(loaded.bytes());
    }

    @Test
    void load_anyDamage_setAsideAndStartGoesOn() throws IOException {
        file.save(state(3));
        byte[] good = Files.readAllBytes(path);
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 50; round++) {
            byte[] bad = round % 2 == 0 ? good.clone() : Arrays.copyOf(good, random.nextInt(good.length));
            if (round % 2 == 0) {
                bad[random.nextInt(bad.length)] ^= (byte) random.nextInt(1, 256);
            }
            Files.write(path, bad);

            assertThat(file.load()).as("round %d", round).isNull();

            assertThat(path).doesNotExist();
            assertThat(directory.resolve("state.damaged.1")).hasBinaryContent(bad);
        }
        assertThat(names()).containsExactly("state.damaged.1", "state.damaged.2", "state.damaged.3");
    }

    @Test
    void load_newerVersionOrForeignFile_setAside() throws IOException {
        Files.writeString(path, "lvs4j-state 2\nsomething");
        assertThat(file.load()).isNull();
        Files.writeString(path, "-A -t 127.0.0.1:80\n");
        assertThat(file.load()).isNull();
        assertThat(directory.resolve("state.damaged.1")).hasContent("-A -t 127.0.0.1:80\n");
        assertThat(directory.resolve("state.damaged.2")).hasContent("lvs4j-state 2\nsomething");
    }

    @Test
    void save_directoryGone_errorAndNothingLeft() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        StateFile other = StateFile.open(inner.resolve("state"));
        Files.delete(inner);

        assertThatThrownBy(() -> other.save(state(1))).isInstanceOf(IOException.class);
        assertThat(inner).doesNotExist();
    }

    @Test
    void save_placeTaken_oldContentStaysAndNoTemporaryFileIsLeft() throws Exception {
        file.save(state(2));
        Path blocked = Files.createDirectories(directory.resolve("blocked/state/inside"))
                .getParent();
        Path parent = blocked.getParent();
        StateFile other = StateFile.open(parent.resolve("other"));
        Files.createDirectories(parent.resolve("other/inside"));

        assertThatThrownBy(() -> other.save(state(1))).isInstanceOf(IOException.class);

        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("state", "other");
        }
        assertThat(file.load().templates()).isEqualTo(2);
    }

    @Test
    void save_symbolicLinkPutThereMeanwhile_replacedNotFollowed() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "precious");
        Files.createSymbolicLink(path, target);

        file.save(state(1));

        assertThat(Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(target).hasContent("precious");
    }

    @Test
    void open_leftOversOfCrashes_removedUnlessTheirProcessLives() throws Exception {
        long alive = ProcessHandle.current().pid();
        Files.writeString(directory.resolve(".state.tmp-" + alive), "");
        Files.writeString(directory.resolve(".state.tmp-999999999"), "");
        Files.writeString(directory.resolve(".state.tmp-x"), "");
        Files.writeString(directory.resolve(".statement"), "");

        StateFile.open(path);

        assertThat(names()).containsExactlyInAnyOrder(".state.tmp-" + alive, ".state.tmp-x", ".statement");
        file.save(state(1));
        assertThat(names()).doesNotContain(".state.tmp-" + alive);
    }

    private static String refusal(Path path) {
        Throwable thrown = catchThrowable(() -> StateFile.open(path));
        assertThat(thrown).isInstanceOf(StartException.class).hasMessageStartingWith("--state: ");
        return thrown.getMessage();
    }

    @Test
    void open_noPlaceForAState_refusedByName() throws IOException {
        assertThat(refusal(Path.of("/"))).contains("is a directory");
        assertThat(refusal(directory.resolve("missing/state"))).contains("there is no directory");
        assertThat(refusal(Files.createDirectory(directory.resolve("d")))).contains("is not a regular file");
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));
        assertThat(refusal(link)).contains("is not a regular file");
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(refusal(open.resolve("state"))).contains("not private").contains("can replace the state file");
    }
}
