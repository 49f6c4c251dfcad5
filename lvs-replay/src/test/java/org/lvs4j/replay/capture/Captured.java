package org.lvs4j.replay.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.lvs4j.replay.capture.CaptureReader.Content;

/** The properties of one frame as a reader returned them; packets and truncated packets as hex digits. */
record Captured(Content content, long timeNanos, String packet) {
    static final String SOURCE = "some.pcap";

    static CaptureReader open(byte[] bytes) throws IOException {
        return CaptureReader.open(new ByteArrayInputStream(bytes), SOURCE);
    }

    static List<Captured> all(CaptureReader reader) throws IOException {
        List<Captured> all = new ArrayList<>();
        while (reader.next()) {
            boolean shown = reader.content() == Content.PACKET || reader.content() == Content.CUT;
            byte[] packet = new byte[shown ? reader.packet().remaining() : 0];
            reader.packet().get(reader.packet().position(), packet);
            all.add(new Captured(
                    reader.content(), reader.timeNanos(), HexFormat.of().formatHex(packet)));
        }
        return all;
    }

    static List<Captured> all(byte[] bytes) throws IOException {
        try (CaptureReader reader = open(bytes)) {
            return all(reader);
        }
    }

    static Captured packet(long timeNanos, byte[] packet) {
        return new Captured(Content.PACKET, timeNanos, HexFormat.of().formatHex(packet));
    }

    static Captured other(long timeNanos) {
        return new Captured(Content.OTHER, timeNanos, "");
    }
}
