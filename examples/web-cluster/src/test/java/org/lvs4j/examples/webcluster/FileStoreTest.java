package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileStoreTest {
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path outside;

    private Path directory;
    private FileStore store;

    @BeforeEach
    void open() throws IOException {
        directory = outside.resolve("store");
        store = new FileStore(directory);
    }

    @Test
    void put_storeReopened_sameContent() throws Exception {
        store.put("a.txt", CONTENT);
        store.put("b.txt", new byte[0]);
        store.put("a.txt", "newer".getBytes(StandardCharsets.UTF_8));
        FileStore reopened = new FileStore(directory);
        assertThat(reopened.names()).containsExactly("a.txt", "b.txt");
        assertThat(reopened.get("a.txt")).asString(StandardCharsets.UTF_8).isEqualTo("newer");
        assertThat(reopened.get("b.txt")).isEmpty();
    }

    @Test
    void get_unknown_notFound() {
        assertRefused(HttpException.NOT_FOUND, () -> store.get("none"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../secret",
                "..\\secret",
                "/etc/passwd",
                "a/b",
                "a/../../secret",
                ".hidden",
                "-rf",
                "nul\0byte",
                "new\nline",
                "ü"
            })
    void anyCall_nameOutsideTheDirectory_refused(String name) throws IOException {
        Files.write(outside.resolve("secret"), CONTENT);
        assertRefused(HttpException.BAD_REQUEST, () -> store.get(name));
        assertRefused(HttpException.BAD_REQUEST, () -> store.put(name, CONTENT));
        assertRefused(HttpException.BAD_REQUEST, () -> store.increment(name));
        assertRefused(HttpException.BAD_REQUEST, () -> store.counter(name));
        assertThat(store.names()).isEmpty();
        assertThat(outside).isDirectoryNotContaining(path -> !path.endsWith("store") && !path.endsWith("secret"));
    }

    @Test
    void name_tooLong_refused() throws Exception {
        store.put("n".repeat(100), CONTENT);
        assertRefused(HttpException.BAD_REQUEST, () -> store.put("n".repeat(101), CONTENT));
    }

    @Test
    void put_largestFile_storedAndOneMoreByteRefused() throws Exception {
        store.put("large", new byte[FileStore.MAX_FILE_BYTES]);
        assertRefused(HttpException.TOO_LARGE, () -> store.put("larger", new byte[FileStore.MAX_FILE_BYTES + 1]));
        assertRefused(HttpException.TOO_LARGE, () -> store.put("large", new byte[FileStore.MAX_FILE_BYTES + 1]));
        assertThat(store.names()).containsExactly("large");
        assertThat(store.get("large")).hasSize(FileStore.MAX_FILE_BYTES);
    }

    @Test
    void put_storeFull_newNameRefusedExistingOneReplaced() throws Exception {
        for (int i = 0; i < FileStore.MAX_ENTRIES; i++) {
            store.put("file" + i, CONTENT);
        }
        assertRefused(HttpException.FULL, () -> store.put("one-more", CONTENT));
        store.put("file0", new byte[3]);
        assertThat(store.get("file0")).hasSize(3);
        assertThat(store.increment("counter")).isEqualTo(1);
    }

    @Test
    void increment_fromManyThreads_everyValueOnce() throws Exception {
        int threads = 8;
        int each = 100;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Long> values = new ArrayList<>();
        try {
            List<Future<List<Long>>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                results.add(executor.submit(() -> {
                    List<Long> own = new ArrayList<>();
                    for (int j = 0; j < each; j++) {
                        own.add(store.increment("visits"));
                    }
                    return own;
                }));
            }
            for (Future<List<Long>> result : results) {
                values.addAll(result.get());
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(values).doesNotHaveDuplicates().hasSize(threads * each);
        assertThat(store.counter("visits")).isEqualTo(threads * each);
        assertThat(new FileStore(directory).increment("visits")).isEqualTo(threads * each + 1);
    }

    @Test
    void counter_unreadable_errorNamesFileAndContent() throws Exception {
        Files.writeString(directory.resolve("counters").resolve("visits"), "many");
        assertThatThrownBy(() -> store.increment("visits"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("visits")
                .hasMessageContaining("'many'");
    }

    @Test
    void delete_twice_directoryGone() throws Exception {
        store.put("a", CONTENT);
        store.increment("visits");
        FileStore.delete(directory);
        assertThat(directory).doesNotExist();
        FileStore.delete(directory);
    }

    private static void assertRefused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        HttpException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
    }
}
