package org.lvs4j.netty.client;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalChannel;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.Future;

/** A connect in the form that Netty's pools expect, although its channel is known only at its end. */
final class PooledConnect extends DefaultChannelPromise {
    /** Stands for the channel until it is known. */
    private static final Channel NONE = new LocalChannel();

    private final EventLoop loop;
    // Written before the promise is completed, which other threads see first.
    private Channel connected = NONE;

    PooledConnect(EventLoop loop) {
        super(NONE, loop);
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    /** Completes this promise as a connect. */
    void follow(Future<Channel> connect) {
        if (connect.isDone()) {
            done(connect);
        } else {
            connect.addListener((Future<Channel> done) -> done(done));
        }
    }

    private void done(Future<Channel> connect) {
        if (connect.isSuccess()) {
            connected = connect.getNow();
            setSuccess();
        } else {
            setFailure(connect.cause());
        }
    }

    @Override
    public Channel channel() {
        return connected;
    }

    @Override
    protected void checkDeadLock() {
        if (loop.inEventLoop()) {
            throw new BlockingOperationException(toString());
        }
    }
}
