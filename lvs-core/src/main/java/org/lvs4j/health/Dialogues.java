package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.random.RandomGenerator;

/** Makes the conversation of a probe from its check. Thread-safe if the random generator is. */
public final class Dialogues {
    private Dialogues() {}

    /**
     * A new conversation for one probe. A {@link PingCheck} sends and receives ICMP messages from their first byte on;
     * the holder of the socket fills in checksum and identifier of a request. A {@link GrpcCheck} sends and receives the
     * content of a stream of HTTP/2, and {@link Dialogue#fields} tells it the headers.
     *
     * @param check what is asked
     * @param page the number of the page of an {@link HttpCheck}, from 0; any number for another check
     * @param random for ids that the server cannot guess
     * @throws IndexOutOfBoundsException if an {@link HttpCheck} has no such page
     */
    public static Dialogue of(NetworkCheck check, int page, RandomGenerator random) {
        requireNonNull(check, "check");
        requireNonNull(random, "random");
        if (check instanceof HttpCheck http) {
            return new HttpDialogue(http, http.pages().get(page));
        }
        if (check instanceof GrpcCheck grpc) {
            return new GrpcDialogue(grpc);
        }
        if (check instanceof SmtpCheck smtp) {
            return new SmtpDialogue(smtp.heloName());
        }
        if (check instanceof DnsCheck dns) {
            return new DnsDialogue(dns, random.nextInt(1 << 16));
        }
        if (check instanceof UdpCheck udp) {
            return new UdpDialogue(udp, false);
        }
        if (check instanceof PingCheck ping) {
            return new PingDialogue(ping.target().endpoint().address().isV4(), random);
        }
        return new TcpDialogue();
    }

    /**
     * A new conversation that judges as keepalived 2.2 does, see {@link HealthEngine.Builder#likeKeepalived22}: the
     * {@link HttpPage#pattern} is searched in the header of the answer as well, and offsets count from its begin; a reply
     * that is shorter than that of a {@link UdpCheck} passes if it is its begin. For replays of recordings. The parameters are those of {@link #of}.
     */
    public static Dialogue likeKeepalived22(NetworkCheck check, int page, RandomGenerator random) {
        requireNonNull(check, "check");
        requireNonNull(random, "random");
        if (check instanceof HttpCheck http) {
            return new HttpDialogue(http, http.pages().get(page), HttpDialogue.MAX_ANSWER_BYTES, true);
        }
        if (check instanceof UdpCheck udp) {
            return new UdpDialogue(udp, true);
        }
        return of(check, page, random);
    }
}
