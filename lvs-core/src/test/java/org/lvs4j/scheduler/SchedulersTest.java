package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.VirtualService;

/** The available schedulers: the built-in ones, and those of an application. */
final class SchedulersTest {
    /** A class loader whose provider file lists some classes. */
    private static ClassLoader listing(Class<?>... providers) {
        String file =
                String.join("\n", Arrays.stream(providers).map(Class::getName).toList());
        return new ClassLoader(SchedulersTest.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + SchedulerProvider.class.getName())
                        ? Collections.enumeration(List.of(inMemory(file)))
                        : super.getResources(name);
            }
        };
    }

    private static URL inMemory(String text) {
        try {
            return new URL(null, "memory:providers", new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                    return new URLConnection(url) {
                        @Override
                        public void connect() {}

                        @Override
                        public InputStream getInputStream() {
                            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
                        }
                    };
                }
            });
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A provider whose name is given by a subclass. */
    private abstract static class Named implements SchedulerProvider {
        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return (list, flow) -> Scheduler.NONE;
        }
    }

    /** A name that no other provider has. */
    public static final class First extends Named {
        @Override
        public String name() {
            return "first";
        }
    }

    /** The name of {@link First}. */
    public static final class Second extends Named {
        @Override
        public String name() {
            return "first";
        }
    }

    /** The name of a built-in scheduler. */
    public static final class Wlc extends Named {
        @Override
        public String name() {
            return Schedulers.WLC;
        }
    }

    private static List<String> constants() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : Schedulers.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                names.add((String) field.get(null));
            }
        }
        return names;
    }

    @Test
    void names_noProvider_areTheConstants() throws IllegalAccessException {
        assertThat(Schedulers.load(listing()).names()).hasSize(18).containsExactlyInAnyOrderElementsOf(constants());
    }

    @Test
    void find_everyConstant_providerOfThatName() throws IllegalAccessException {
        Schedulers schedulers = Schedulers.load(listing());
        for (String name : constants()) {
            SchedulerProvider provider = schedulers.find(name);
            assertThat(provider).as(name).isNotNull();
            assertThat(provider.name()).isEqualTo(name);
        }
        assertThat(schedulers.find("no-such-scheduler")).isNull();
    }

    @Test
    void wlc_constant_isTheDefaultOfAService() {
        assertThat(Schedulers.WLC).isEqualTo(VirtualService.DEFAULT_SCHEDULER);
    }

    @Test
    void load_providerOfAnApplication_foundBesideTheBuiltInOnes() {
        Schedulers schedulers = Schedulers.load(listing(First.class));
        assertThat(schedulers.names()).hasSize(19).contains("first", "wlc");
        assertThat(schedulers.find("first")).isInstanceOf(First.class);
    }

    @Test
    void load_providerListedTwice_countsOnce() {
        assertThat(Schedulers.load(listing(First.class, First.class)).names()).hasSize(19);
    }

    @Test
    void load_twoProvidersOfOneName_refused() {
        assertThatThrownBy(() -> Schedulers.load(listing(First.class, Second.class)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("first")
                .hasMessageContaining(First.class.getName())
                .hasMessageContaining(Second.class.getName());
    }

    @Test
    void load_providerWithNameOfBuiltIn_refused() {
        assertThatThrownBy(() -> Schedulers.load(listing(Wlc.class)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wlc is built in")
                .hasMessageContaining(Wlc.class.getName());
    }

    @Test
    void page_everyScheduler_hasASection() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "schedulers.md"));
        assertThat(Schedulers.load(listing()).names())
                .allSatisfy(name -> assertThat(page).containsPattern("(?m)^### `" + name + "`"));
    }
}
