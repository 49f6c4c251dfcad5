package org.lvs4j;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** SIP messages for tests. */
final class SipMessages {
    private SipMessages() {}

    static ByteBuffer call(String callId) {
        String text = "OPTIONS sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.1\r\nCall-ID: " + callId + "\r\n\r\n";
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    }
}
