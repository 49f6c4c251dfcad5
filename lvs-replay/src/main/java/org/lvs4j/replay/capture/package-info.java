/** Packet captures as files hold them: pcap and pcapng in, pcap out. */
@NullMarked
package org.lvs4j.replay.capture;

import org.jspecify.annotations.NullMarked;
