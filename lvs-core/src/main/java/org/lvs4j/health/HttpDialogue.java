package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one page, and reads the answer until the server ends the stream, as keepalived does: neither Content-Length
 * nor Transfer-Encoding matters, and a server that keeps the connection open fails. Everything is judged at the end.
 *
 * <p>Memory is bounded whatever the server sends: nothing of the header is stored, the digest is computed as bytes come,
 * and the body is stored only for a {@link BodyPattern}, up to {@link BodyPattern#MAX_BODY_BYTES}. An answer of more than
 * {@value #MAX_ANSWER_BYTES} bytes fails.
 */
final class HttpDialogue implements Dialogue {
    /** An answer that never ends would occupy the probe forever. */
    static final long MAX_ANSWER_BYTES = 1L << 34;

    private static final String AGENT = "KeepAliveClient";

    private final HttpCheck check;
    private final HttpPage page;
    private final HttpHeader header;
    private final @Nullable MessageDigest digest;
    private final @Nullable BodySearch search;
    private final long maxBytes;
    private final boolean searchesHeader;
    private long bytes;

    HttpDialogue(HttpCheck check, HttpPage page) {
        this(check, page, MAX_ANSWER_BYTES, false);
    }

    HttpDialogue(HttpCheck check, HttpPage page, long maxBytes) {
        this(check, page, maxBytes, false);
    }

    /**
     * A conversation.
     *
     * @param searchesHeader whether a pattern is searched in the header as well if it comes in one piece with the begin
     *     of the body, as keepalived 2.2 does
     */
    HttpDialogue(HttpCheck check, HttpPage page, long maxBytes, boolean searchesHeader) {
        this.searchesHeader = searchesHeader;
        this.check = check;
        this.page = page;
        this.maxBytes = maxBytes;
        header = new HttpHeader(page);
        digest = page.digest() == null ? null : md5();
        search = page.pattern() == null ? null : new BodySearch(page.pattern());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    @Override
    public Step opened() {
        StringBuilder request = new StringBuilder(128);
        request.append("GET ").append(page.path()).append(" HTTP/1.");
        request.append(check.version() == HttpCheck.Version.HTTP_1_1 ? "1\r\n" : "0\r\n");
        request.append("User-Agent: ").append(AGENT).append("\r\n");
        if (check.version() != HttpCheck.Version.HTTP_1_0) {
            request.append("Connection: close\r\n");
        }
        request.append("Host: ").append(check.host(page.virtualHost())).append("\r\n\r\n");
        return Step.send(UTF_8.encode(request.toString()));
    }

    @Override
    public Step received(ByteBuffer data) {
        bytes += data.remaining();
        if (bytes > maxBytes) {
            return Step.failed("the answer is longer than " + maxBytes + " bytes");
        }
        ByteBuffer answer = searchesHeader && !header.complete() ? data.duplicate() : null;
        String problem = header.read(data);
        if (problem != null) {
            return Step.failed(problem);
        }
        if (data.hasRemaining()) {
            readBody(data, answer == null ? data.duplicate() : answer);
        }
        return Step.WAIT;
    }

    private void readBody(ByteBuffer data, ByteBuffer searched) {
        if (search != null) {
            search.add(searched);
        }
        if (digest != null) {
            digest.update(data);
        }
        data.position(data.limit());
    }

    @Override
    public Step closed() {
        if (!header.complete()) {
            return Step.failed(
                    bytes == 0 ? "the connection was closed without an answer" : "the answer has no end of header");
        }
        String status = "status " + header.status();
        if (!page.accepts(header.status())) {
            return Step.failed(status);
        }
        if (digest != null) {
            String actual = HexFormat.of().formatHex(digest.digest());
            if (!actual.equals(page.digest())) {
                return Step.failed("digest " + actual);
            }
        }
        String problem = search == null ? null : search.problem();
        return problem == null ? Step.passed(status) : Step.failed(problem);
    }

    @Override
    public Step timedOut() {
        return Step.failed(header.complete() ? "the answer does not end" : "no answer");
    }
}
