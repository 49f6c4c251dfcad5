package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

/** The reason of a failure, without the names of calls and classes. */
final class BindFailureTest {
    @Test
    void of_nativeTransport_reasonOnly() {
        assertThat(BindFailure.of(new IOException("bind(..) failed with error(-98): Address already in use")))
                .hasMessage("Address already in use");
    }

    @Test
    void of_noDescriptorLeft_limitNamed() {
        IOException cause = new IOException("newSocketStream(..) failed with error(-24): Too many open files");
        assertThat(BindFailure.of(new ChannelException("Unable to create Channel", new ChannelException(cause))))
                .hasMessage("Too many open files (raise the limit of open files, ulimit -n or LimitNOFILE)");
    }

    @Test
    void of_addressOfAnotherHost_adviceAndRecognised() {
        BindFailure failure = BindFailure.of(new BindException("Cannot assign requested address"));
        assertThat(failure).hasMessageContaining("add it to an interface first");
        assertThat(failure.notOfThisHost()).isTrue();
        assertThat(BindFailure.of(failure)).isSameAs(failure);
    }
}
