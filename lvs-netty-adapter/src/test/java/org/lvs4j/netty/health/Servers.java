package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;

/** Servers that are probed, each on threads of its own. */
final class Servers {
    private Servers() {}

    /** Serves a connection; the socket is closed afterwards. */
    @FunctionalInterface
    interface Handler {
        void serve(Socket socket) throws IOException;
    }

    /** A TCP server at a port that the system chooses. */
    static final class Tcp implements AutoCloseable {
        private final ServerSocket listening;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();
        final Queue<String> received = new ConcurrentLinkedQueue<>();
        private final AtomicInteger accepted = new AtomicInteger();

        Tcp(ServerSocket listening, Handler handler) {
            this.listening = listening;
            Thread accepting = new Thread(() -> accept(handler));
            accepting.setDaemon(true);
            accepting.start();
        }

        static Tcp start(Handler handler) throws IOException {
            return new Tcp(new ServerSocket(FreePort.next(), 50, InetAddress.getByName("127.0.0.1")), handler);
        }

        /** A server at an address at which nothing listens yet. */
        static Tcp startAt(String address, Handler handler) throws IOException {
            Endpoint at = Endpoint.parse(address);
            return new Tcp(new ServerSocket(at.port(), 50, at.address().toInetAddress()), handler);
        }

        private void accept(Handler handler) {
            try {
                while (true) {
                    Socket socket = listening.accept();
                    accepted.incrementAndGet();
                    open.add(socket);
                    Thread thread = new Thread(() -> serve(socket, handler));
                    thread.setDaemon(true);
                    thread.start();
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        private void serve(Socket socket, Handler handler) {
            try (socket) {
                handler.serve(socket);
            } catch (IOException e) {
                received.add("failed: " + e);
            } finally {
                open.remove(socket);
            }
        }

        /** The number of connections that are open. */
        int open() {
            return open.size();
        }

        /** The number of connections up to now. */
        int accepted() {
            return accepted.get();
        }

        String address() {
            return "127.0.0.1:" + listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** Reads a request up to its empty line, and answers it. */
    static Handler http(String answer) {
        return socket -> {
            readRequest(socket.getInputStream());
            socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        };
    }

    static String readRequest(InputStream in) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        while (!request.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            request.write(next);
        }
        return request.toString(ISO_8859_1);
    }

    /** Waits until the client has ended the connection. */
    static void silence(Socket socket) throws IOException {
        socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    }

    /** TLS with a key of {@link #selfSignedKeys}. */
    static SSLContext selfSigned(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(selfSignedKeys(directory).getKeyManagers(), null, null);
        return context;
    }

    /** A key and its self-signed certificate, made by the JDK's keytool. */
    static KeyManagerFactory selfSignedKeys(Path directory)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=nobody.example",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS)) {
            keytool.destroyForcibly();
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        return keys;
    }

    /** A UDP server that answers each datagram, or not. */
    static final class Udp implements AutoCloseable {
        private final DatagramSocket socket;
        final Queue<byte[]> received = new ConcurrentLinkedQueue<>();

        private Udp(Function<byte[], byte[][]> answers) throws IOException {
            socket = new DatagramSocket(FreePort.next(), InetAddress.getByName("127.0.0.1"));
            Thread thread = new Thread(() -> serve(answers));
            thread.setDaemon(true);
            thread.start();
        }

        static Udp start(Function<byte[], byte[][]> answers) throws IOException {
            return new Udp(answers);
        }

        private void serve(Function<byte[], byte[][]> answers) {
            byte[] buffer = new byte[65_535];
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    socket.receive(packet);
                    byte[] question = java.util.Arrays.copyOf(buffer, packet.getLength());
                    received.add(question);
                    for (byte[] answer : answers.apply(question)) {
                        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                    }
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        String address() {
            return "127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
