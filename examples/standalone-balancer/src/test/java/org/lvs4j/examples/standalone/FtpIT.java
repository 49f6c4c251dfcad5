package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two vsftpd servers behind {@code lvsd}. A client opens its data connections at ports that its server names, so a
 * service must have all these ports and be persistent: one of a firewall mark, or one at port 0.
 */
@Timeout(120)
class FtpIT {
    private static final int FILE_BYTES = 5_000_000;
    private static final int PASSIVE_PORTS = 4;
    private static final List<String> SERVER_ADDRESSES = List.of("127.0.0.2", "127.0.0.3");
    private static final String SERVER = """
            listen=YES
            listen_address=%2$s
            listen_port=%3$d
            background=NO
            run_as_launching_user=%6$s
            anonymous_enable=YES
            no_anon_password=YES
            anon_root=%1$s/files
            write_enable=YES
            anon_upload_enable=YES
            anon_umask=022
            pasv_address=127.0.0.1
            pasv_min_port=%4$d
            pasv_max_port=%5$d
            secure_chroot_dir=%1$s/empty
            ftp_username=ftp
            seccomp_sandbox=NO
            xferlog_enable=NO
            """;

    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static int port;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path program = Programs.require("vsftpd", "vsftpd");
        Programs.require("curl", "curl");
        port = FreePort.first(1 + PASSIVE_PORTS);
        for (String address : SERVER_ADDRESSES) {
            Path home = ServerProgram.home(directory, "vsftpd");
            home.toFile().setExecutable(true, false);
            Path upload = Files.createDirectories(home.resolve("files/upload"));
            Files.setPosixFilePermissions(home.resolve("files"), PosixFilePermissions.fromString("r-xr-xr-x"));
            Files.setPosixFilePermissions(upload, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.createDirectory(home.resolve("empty"));
            Files.writeString(Files.createDirectories(home.resolve("files")).resolve("name"), address);
            Path configuration = Files.writeString(
                    home.resolve("conf"),
                    SERVER.formatted(
                            home,
                            address,
                            port,
                            port + 1,
                            port + PASSIVE_PORTS,
                            ServerProgram.isRoot() ? "NO" : "YES"));
            if (ServerProgram.isRoot()) {
                // vsftpd takes no configuration of another user.
                Programs.run("chown", "root", configuration.toString());
            }
            SERVERS.add(
                    ServerProgram.start("vsftpd", home, port, List.of(program.toString(), configuration.toString())));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    private static Daemon lvsd(String service) throws IOException, InterruptedException {
        boolean mark = service.startsWith("-f");
        StringBuilder rules = new StringBuilder("-A " + service + " -s rr -p 300\n");
        for (String address : SERVER_ADDRESSES) {
            rules.append("-a " + service + " -r " + address + (mark ? "" : ":0") + " -m\n");
        }
        List<String> options = new ArrayList<>();
        for (int i = port; i <= port + PASSIVE_PORTS; i++) {
            options.addAll(List.of("--listen", "tcp:127.0.0.1:" + i + (mark ? "@" + service.substring(3) : "")));
        }
        return Daemon.start(
                directory,
                Daemon.BRIEF,
                Files.writeString(directory.resolve("ftp.rules"), rules),
                options.toArray(String[]::new));
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "50"));
        command.addAll(Arrays.asList(arguments));
        return Programs.run(new ProcessBuilder(command), "").outputOfSuccess();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-f 7", "-t 127.0.0.1:0"})
    void transfers_passive_dataConnectionsReachTheServerOfTheClient(String service) throws Exception {
        byte[] content = new byte[FILE_BYTES];
        new SplittableRandom(1).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        Path back = directory.resolve("back");
        String url = "ftp://127.0.0.1:" + port + "/";
        String upload = url + "upload/" + service.substring(1, 2);
        try (Daemon lvsd = lvsd(service)) {
            // The first says the address of the server's data connection, the second only its port.
            for (String passive : List.of("--disable-epsv", "--ftp-pasv")) {
                curl(passive, "--upload-file", file.toString(), upload + passive);
                curl(passive, "--output", back.toString(), upload + passive);
                assertThat(Files.mismatch(file, back)).isEqualTo(-1);
                assertThat(curl(passive, "--list-only", url)).contains("name", "upload");
                assertThat(SERVER_ADDRESSES).contains(curl(passive, url + "name"));
            }
            assertThat(lvsd.listing("-L", "-n", "--persistent-conn").lines().filter(line -> line.contains("  -> 127")))
                    .hasSize(2);
            assertThat(lvsd.listing("-L", "-n", "-c")).contains("127.0.0.1:0");
        }
    }
}
