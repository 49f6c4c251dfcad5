/**
 * Packet captures: reads pcap and pcapng, writes pcap. Independent of the director.
 *
 * <p>Copies the IP packets of a capture, without their frames:
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(Files.newInputStream(in), in.toString());
 *         CaptureWriter writer = CaptureWriter.open(Files.newOutputStream(out))) {
 *     while (reader.next()) {
 *         if (reader.content() == CaptureReader.Content.PACKET) {
 *             writer.write(reader.timeNanos(), reader.packet());
 *         }
 *     }
 * }
 * }</pre>
 */
@NullMarked
package org.lvs4j.replay.capture;

import org.jspecify.annotations.NullMarked;
