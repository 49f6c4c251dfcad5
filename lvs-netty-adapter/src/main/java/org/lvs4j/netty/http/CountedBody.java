package org.lvs4j.netty.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.lvs4j.Connection;

/** The body of an answer, whose connection of the director ends with it. */
final class CountedBody<T> implements BodySubscriber<T> {
    private final BodySubscriber<T> body;
    private final Connection placed;

    CountedBody(BodySubscriber<T> body, Connection placed) {
        this.body = body;
        this.placed = placed;
    }

    @Override
    public CompletionStage<T> getBody() {
        return body.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        body.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                subscription.request(count);
            }

            @Override
            public void cancel() {
                placed.close();
                subscription.cancel();
            }
        });
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        body.onNext(item);
    }

    @Override
    public void onError(Throwable cause) {
        placed.reset();
        body.onError(cause);
    }

    @Override
    public void onComplete() {
        placed.close();
        body.onComplete();
    }
}
