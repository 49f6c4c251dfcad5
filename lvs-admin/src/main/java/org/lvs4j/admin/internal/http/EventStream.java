package org.lvs4j.admin.internal.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of server-sent events. It writes while the client reads, and reads the events from the feed only then:
 * a slow client holds no memory but what is in its socket. Belongs to the event loop.
 */
final class EventStream {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventStream.class);
    private static final int BATCH = 32;
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final ChannelHandlerContext ctx;
    private final EventFeed feed;
    private final AtomicBoolean woken = new AtomicBoolean();
    private long seen;
    private long lastWriteNanos = System.nanoTime();
    private @Nullable AutoCloseable registration;

    EventStream(ChannelHandlerContext ctx, EventFeed feed, String resume) {
        this.ctx = ctx;
        this.feed = feed;
        seen = resume.isEmpty() ? feed.newest() : feed.resume(resume);
    }

    void begin() {
        send(": the changes of this director, as they happen\nretry: 2000\n\n");
        registration = feed.onEvent(this::wake);
        pump();
    }

    private void wake() {
        if (!woken.getAndSet(true)) {
            try {
                ctx.executor().execute(this::pump);
            } catch (RejectedExecutionException e) {
                LOGGER.trace("the endpoint is closed", e);
            }
        }
    }

    /** Writes what the client has not got yet, while it reads. */
    void pump() {
        woken.set(false);
        while (registration != null && ctx.channel().isWritable()) {
            List<EventFeed.Event> events = feed.after(seen, BATCH);
            if (events.isEmpty()) {
                return;
            }
            StringBuilder text = new StringBuilder();
            for (EventFeed.Event event : events) {
                long missed = event.id() - seen - 1;
                if (missed > 0) {
                    text.append("event: missed\ndata: {\"count\":")
                            .append(missed)
                            .append("}\n\n");
                }
                text.append("id: ").append(feed.print(event.id())).append('\n');
                text.append("event: ").append(event.type()).append('\n');
                text.append("data: ").append(event.data()).append("\n\n");
                seen = event.id();
            }
            send(text);
        }
    }

    private void send(CharSequence text) {
        lastWriteNanos = System.nanoTime();
        ctx.writeAndFlush(new DefaultHttpContent(ByteBufUtil.writeUtf8(ctx.alloc(), text)));
    }

    /** Called each second: keeps proxies from closing a quiet stream, and closes one whose client reads nothing. */
    void tick(long nowNanos, long writeNanos) {
        if (!ctx.channel().isWritable()) {
            if (nowNanos - lastWriteNanos > writeNanos) {
                ctx.close();
            }
        } else if (nowNanos - lastWriteNanos > HEARTBEAT_NANOS) {
            send(":\n\n");
        }
    }

    void close() {
        AutoCloseable open = registration;
        registration = null;
        if (open != null) {
            try {
                open.close();
            } catch (Exception e) {
                LOGGER.debug("a stream of events cannot be closed", e);
            }
        }
    }
}
