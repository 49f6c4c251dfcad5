package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;

/** Requests that come in several reads. */
final class SegmentsTest {
    private static final String TOKEN = "0123456789abcdef";

    /** The place where the request is cut, as a part of it. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT /api", "Host:", "\r\n\r\n", "\r\n\r\n{", "\"servers\""})
    void request_severalReads_isAnswered(String before) throws Exception {
        String body = "{\"servers\":[]}";
        try (AdminServer admin = AdminServer.builder(Director.create())
                        .listen("127.0.0.1:0")
                        .token(TOKEN)
                        .start();
                Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), admin.port())) {
            String text = "PUT /api/v1/services/name:orders HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                    + TOKEN + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + body;
            int cut = text.indexOf(before) + before.length();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(text.substring(0, cut).getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(100); // most probably a read of its own; the answer is the same if not
            out.write(text.substring(cut).getBytes(StandardCharsets.US_ASCII));

            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine())
                    .isEqualTo("HTTP/1.1 201 Created");
        }
    }
}
