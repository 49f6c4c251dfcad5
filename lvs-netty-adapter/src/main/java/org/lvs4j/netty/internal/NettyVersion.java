package org.lvs4j.netty.internal;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.Version;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/**
 * The version of Netty that the JVM has found. The dependency management of an application may replace the 4.2 that this
 * module is built with by 4.1, whose event loops are others.
 */
public final class NettyVersion {
    private static final @Nullable String FAULT = fault();

    private NettyVersion() {}

    /**
     * Checks that Netty is new enough.
     *
     * @throws IllegalStateException in one sentence, with the version that was found and its jar, if Netty is older than
     *     4.2
     */
    public static void require() {
        if (FAULT != null) {
            throw new IllegalStateException(FAULT);
        }
    }

    private static @Nullable String fault() {
        try {
            // New in 4.2. A class literal, because native images link it without metadata.
            return IoHandlerFactory.class.isInterface() ? null : message();
        } catch (NoClassDefFoundError e) {
            return message();
        }
    }

    private static String message() {
        Version found = Version.identify(Channel.class.getClassLoader()).get("netty-transport");
        CodeSource source = Channel.class.getProtectionDomain().getCodeSource();
        return "lvs-netty-adapter needs Netty 4.2, but the application has Netty "
                + (found == null ? "4.1 or older" : found.artifactVersion())
                + (source == null ? "" : " (" + source.getLocation() + ")")
                + "; its dependency management must select 4.2, as org.lvs4j:lvs-bom does";
    }
}
