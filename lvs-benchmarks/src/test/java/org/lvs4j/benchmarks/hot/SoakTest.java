package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

@Tag("slow")
class SoakTest {
    private static final int CONNECTIONS = 2000;

    @Test
    void run_shortAndSmall_noFailure() throws Exception {
        assertThat(Soak.run(CONNECTIONS, 1)).isEmpty();
    }

    @Test
    void checkAll_connectionLost_failureReported() {
        ConnectionStore store = StorePeer.CHM.store(CONNECTIONS, new Clock());
        SoakClient client = new SoakClient(store, new Clock(), 0, CONNECTIONS, 0);
        client.fill();
        client.checkAll();
        assertThat(client.failure()).isEmpty();
        store.end(Keys.fill(new Flow(), Protocol.TCP, ThreadState.firstOwn(0) + 7));
        client.checkAll();
        assertThat(client.failure()).contains("was lost");
    }
}
