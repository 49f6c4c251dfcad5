package org.lvs4j.examples.embedded;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A service of gRPC with one method, without a request and an answer. Most applications have generated classes. */
final class Greeter {
    private static final MethodDescriptor<Empty, Empty> HELLO = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("Greeter/Hello")
            .setRequestMarshaller(new Empty())
            .setResponseMarshaller(new Empty())
            .build();

    private Greeter() {}

    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("Greeter")
                .addMethod(HELLO, ServerCalls.asyncUnaryCall((request, answers) -> {
                    answers.onNext(request);
                    answers.onCompleted();
                }))
                .build();
    }

    /** Calls a server that is connected, or waits until one is. */
    static void hello(Channel channel) {
        ClientCalls.blockingUnaryCall(channel, HELLO, CallOptions.DEFAULT.withWaitForReady(), new Empty());
    }

    private record Empty() implements MethodDescriptor.Marshaller<Empty> {
        @Override
        public InputStream stream(Empty message) {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public Empty parse(InputStream bytes) {
            return this;
        }
    }
}
