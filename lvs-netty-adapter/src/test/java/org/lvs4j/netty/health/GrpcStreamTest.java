package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.Dialogues;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.ProbeResult;

/** Frames of a server, one by one, on a channel without a socket. */
final class GrpcStreamTest {
    private static final String SETTINGS = "000000040000000000";
    private static final String PING = "0000080600000000000000000000000000";
    private static final String SETTINGS_WITHOUT_STREAMS = "000006040000000000" + "000300000000";
    private static final String SETTINGS_WITH_SHORT_HEADERS = "000006040000000000" + "00060000000a";
    private static final int MAX_BYTES = 65_536;

    private final EmbeddedChannel channel = new EmbeddedChannel(DefaultChannelId.newInstance(), false, false);

    @BeforeEach
    void start() throws Exception {
        GrpcCheck check = GrpcCheck.of(ProbeFixture.target("127.0.0.1:1"), ProbeFixture.SCHEDULE, "");
        GrpcStream.addTo(channel.pipeline(), check, Dialogues.of(check, 0, new SplittableRandom(1)));
        channel.register();
    }

    private void request() {
        channel.write(Unpooled.wrappedBuffer(new byte[5]));
        channel.flush();
        channel.runPendingTasks();
        channel.checkException();
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    private void receive(String hex) {
        channel.writeInbound(bytes(hex));
    }

    private void fails(String reason) {
        assertThat(channel.<Object>readInbound()).isEqualTo(Dialogue.Step.done(ProbeResult.failed(reason)));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @CsvSource({
        SETTINGS_WITHOUT_STREAMS + ", HTTP/2: REFUSED_STREAM",
        SETTINGS_WITH_SHORT_HEADERS + ", HTTP/2: PROTOCOL_ERROR"
    })
    void request_settingsThatRefuseItComeFirst_failsByItsCode(String settings, String reason) {
        receive(settings);
        request();
        fails(reason);
    }

    @ParameterizedTest
    @CsvSource({"0, 1m", "0.000001, 1m", "1.5, 1500m", "4294.967295, 4294967m"})
    void timeout_any_inMilliseconds(double seconds, String value) {
        assertThat(GrpcStream.timeout(Duration.ofNanos(Math.round(seconds * 1e9))))
                .isEqualTo(value);
    }

    @Test
    void streamOfTheServer_any_refused() {
        request();
        receive(SETTINGS);
        channel.releaseOutbound();
        receive("000001" + "0104" + "00000002" + "88");
        ByteBuf reset = channel.readOutbound();
        assertThat(ByteBufUtil.hexDump(reset)).isEqualTo("000004" + "0300" + "00000002" + "00000007");
        reset.release();
        assertThat(channel.<Object>readInbound()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        PING,
        SETTINGS,
        // A header of stream 3: 103.
        "000005010400000003" + "4803313033",
        // An extension of stream 3.
        "000010" + "fb00" + "00000003" + "00000000000000000000000000000000",
        // A window of stream 3.
        "000004" + "0800" + "00000003" + "00000001"
    })
    void frames_endless_failAtTheBound(String frame) {
        request();
        receive(SETTINGS);
        int left = MAX_BYTES - SETTINGS.length() / 2;
        String rest = frame.repeat(left / (frame.length() / 2) + 1);
        receive(rest.substring(0, 2 * left));
        for (Object step = channel.readInbound(); step != null; step = channel.readInbound()) {
            assertThat(step).isEqualTo(Dialogue.Step.IGNORE);
        }
        receive("00");
        fails("the server sends more than 65536 bytes");
    }

    @Test
    void streamsOfTheServer_endless_failAtTheBound() {
        request();
        StringBuilder frames = new StringBuilder(SETTINGS);
        for (int id = 2; frames.length() <= 2 * MAX_BYTES; id += 2) {
            frames.append("000001" + "0104").append("%08x".formatted(id)).append("88");
        }
        receive(frames.toString());
        fails("the server sends more than 65536 bytes");
    }

    @Test
    void dataOfAPromisedStream_beforeItsHeader_failsByACode() {
        request();
        receive(SETTINGS + "000007" + "0504" + "00000003" + "00000002" + "828486" + "000001" + "0001" + "00000002"
                + "00");
        fails("HTTP/2: INTERNAL_ERROR");
    }

    @Test
    void frames_random_failInWords() throws Exception {
        List<String> payloads = List.of(
                "88000c636f6e74656e742d74797065106170706c69636174696f6e2f67727063",
                "000b677270632d7374617475730130",
                "00000000020801",
                "",
                "00",
                "00000000",
                "0000000000000000",
                "00000002828486",
                "000300000000",
                "7fffffff");
        SplittableRandom random = new SplittableRandom(13);
        for (int i = 0; i < 300; i++) {
            GrpcStreamTest each = new GrpcStreamTest();
            each.start();
            each.request();
            StringBuilder frames = new StringBuilder(SETTINGS);
            for (int frame = 0; frame < 6; frame++) {
                String payload = payloads.get(random.nextInt(payloads.size()));
                int type = random.nextBoolean() ? random.nextInt(2) : random.nextInt(12);
                int flags = random.nextInt(6);
                int stream = random.nextBoolean() ? 3 : random.nextInt(6);
                frames.append("%06x%02x%02x%08x".formatted(payload.length() / 2, type, flags, stream))
                        .append(payload);
            }
            each.receive(frames.toString());
            each.channel.checkException();
            for (Dialogue.Step step = each.channel.readInbound(); step != null; step = each.channel.readInbound()) {
                if (step.result() != null) {
                    assertThat(step.result().passed()).as(frames::toString).isFalse();
                    assertThat(step.result().reason()).as(frames::toString).doesNotContain("java", "netty");
                }
            }
            each.close();
        }
    }
}
