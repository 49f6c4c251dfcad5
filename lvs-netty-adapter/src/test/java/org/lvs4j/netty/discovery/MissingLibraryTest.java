package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Netty's resolver and Gson are optional dependencies. */
final class MissingLibraryTest {
    @Test
    void dnsSource_withoutTheLibrary_refusedByItsName() throws Exception {
        String sentence = "a DnsSource needs Netty's resolver (io.netty:netty-resolver-dns)";
        assertThat(run(Dns.class, "none")).isEqualTo("orders.example");
        assertThat(run(Dns.class, "netty-resolver-dns")).isEqualTo(sentence);
        assertThat(run(Dns.class, "netty-codec-dns")).isEqualTo(sentence);
    }

    @Test
    void jsonFile_withoutTheLibrary_refusedByItsName() throws Exception {
        assertThat(run(Json.class, "none")).isEqualTo("[FoundServer[endpoint=10.0.0.1:80, weight=null]]");
        assertThat(run(Json.class, "/gson"))
                .isEqualTo("servers.json: a list of servers in JSON needs Gson (com.google.code.gson:gson)");
    }

    private static Object run(Class<?> attempt, String missing) throws Exception {
        List<URL> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains(missing)) {
                libraries.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(libraries.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            return ((Callable<?>)
                            loader.loadClass(attempt.getName()).getConstructor().newInstance())
                    .call();
        }
    }

    /** Loaded by a class loader of its own. */
    public static final class Dns implements Callable<String> {
        @Override
        public String call() {
            try {
                return DnsSource.srv("orders.example").toString();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    /** Loaded by a class loader of its own. */
    public static final class Json implements Callable<String> {
        @Override
        public String call() throws Exception {
            try {
                byte[] text = "[\"10.0.0.1:80\"]".getBytes(StandardCharsets.UTF_8);
                return ServerFile.read(Path.of("servers.json"), text, FileSource.Format.AUTO, null)
                        .toString();
            } catch (java.io.IOException e) {
                return e.getMessage();
            }
        }
    }
}
