package org.lvs4j.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lvs4j.net.Endpoint;

/** A server of grpc-java that answers with its name. */
final class Node {
    static final MethodDescriptor<String, String> ASK = method(MethodDescriptor.MethodType.UNARY, "Ask");
    static final MethodDescriptor<String, String> TALK = method(MethodDescriptor.MethodType.BIDI_STREAMING, "Talk");

    final String name;
    final HealthStatusManager health = new HealthStatusManager();
    /** The calls that asked to be held. */
    final Queue<StreamObserver<String>> held = new ConcurrentLinkedQueue<>();

    private final Server server;
    private final int port;

    Node(String name) throws IOException {
        this(name, 0);
    }

    /** Port 0 is any free one. */
    Node(String name, int wantedPort) throws IOException {
        this.name = name;
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort))
                .addService(service())
                .addService(health.getHealthService())
                .build()
                .start();
        port = server.getPort();
    }

    /** The service; a request is {@code hold}, the name of a status code, or anything else. */
    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Test")
                .addMethod(ASK, ServerCalls.asyncUnaryCall(this::answer))
                .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
                .build();
    }

    private void answer(String request, StreamObserver<String> answers) {
        if (request.equals("hold")) {
            held.add(answers);
        } else if (request.startsWith("fail ")) {
            answers.onError(Status.Code.valueOf(request.substring(5)).toStatus().asException());
        } else {
            answers.onNext(name);
            answers.onCompleted();
        }
    }

    private StreamObserver<String> talk(StreamObserver<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String request) {
                answers.onNext(name);
            }

            @Override
            public void onError(Throwable cause) {
                // The client has cancelled the call.
            }

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    /** Answers the calls that it holds. */
    void release() {
        StreamObserver<String> answers;
        while ((answers = held.poll()) != null) {
            answers.onNext(name);
            answers.onCompleted();
        }
    }

    int port() {
        return port;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    Endpoint endpoint() {
        return LvsGrpc.endpoint(address());
    }

    /** Resets all connections. */
    void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    private static MethodDescriptor<String, String> method(MethodDescriptor.MethodType type, String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Test", name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
