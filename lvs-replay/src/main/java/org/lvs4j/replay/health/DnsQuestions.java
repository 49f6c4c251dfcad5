package org.lvs4j.replay.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Writes a DNS question as recordings do. */
final class DnsQuestions {
    private static final int HEADER_BYTES = 12;

    private DnsQuestions() {}

    static String text(ByteBuffer message) {
        int length = message.remaining();
        ByteBuffer data = message.duplicate();
        if (length < HEADER_BYTES + 5) {
            return "dns(len=" + length + ")";
        }
        data.getShort();
        String flags = HexFormat.of().toHexDigits(data.getShort());
        String counts = data.getShort() + "/" + data.getShort() + "/" + data.getShort() + "/" + data.getShort();
        StringBuilder name = new StringBuilder();
        for (int label = data.get(); label > 0; label = data.get()) {
            byte[] bytes = new byte[label];
            data.get(bytes);
            name.append(new String(bytes, ISO_8859_1)).append('.');
        }
        return "dns(flags=" + flags + ",counts=" + counts + ",name=" + (name.isEmpty() ? "." : name) + ",type="
                + data.getShort() + ",class=" + data.getShort() + ",len=" + length + ")";
    }
}
