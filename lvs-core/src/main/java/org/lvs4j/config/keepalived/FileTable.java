package org.lvs4j.config.keepalived;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lvs4j.config.keepalived.FileDraft.Factor;
import org.lvs4j.health.TrackedFile;

/** The blocks of a file. Services become drafts, which are resolved when the whole file is read. */
final class FileTable {
    private final KeyTable<FileTable> keys;
    private final Context context;
    private final List<ServiceDraft> services = new ArrayList<>();

    FileTable(Context context) {
        this.context = context;
        KeyTable.Builder<FileTable> builder = KeyTable.<FileTable>of(BlockKeys.FILE)
                .block("global_defs", 0, (statement, it, ignored) -> it.globals(statement))
                .block("virtual_server", 3, (statement, it, ignored) -> it.service(statement))
                .block("virtual_server_group", 1, (statement, it, ignored) -> it.group(statement))
                .block("track_file", 1, (statement, it, ignored) -> it.trackFile(statement))
                .block("vrrp_track_file", 1, (statement, it, ignored) -> {
                    context.problems().warning(statement.place(), "vrrp_track_file is the old name of track_file");
                    it.trackFile(statement);
                })
                .free("SSL", (statement, it, ignored) -> {
                    throw statement.key().error("certificates of probes are not supported:", "no such block");
                })
                .withoutEffect(
                        "net_namespace",
                        "net_namespace_ipvs",
                        "namespace_with_ipsets",
                        "instance",
                        "use_pid_dir",
                        "linkbeat_use_polling",
                        "linkbeat_interfaces",
                        "reload_check_config",
                        "startup_script",
                        "config_save_dir");
        for (String other : new TreeSet<>(BlockKeys.OF_OTHER_PARTS)) {
            builder.free(other, (statement, it, ignored) -> it.skip(statement));
        }
        keys = builder.build();
    }

    void read(Statement statement) {
        if (statement.key().text().equals("real_server") && !services.isEmpty()) {
            services.get(services.size() - 1).lostBlock = true;
        }
        keys.read(statement, this, context);
    }

    List<ServiceDraft> services() {
        return services;
    }

    private void skip(Statement statement) {
        String name = statement.size() > 0
                ? " " + KeepalivedException.shown(statement.value(0).text())
                : "";
        context.problems()
                .skipped(statement.place(), statement.key().text() + name + " is skipped: it is not about balancing");
        if (statement.key().text().equals("bfd_instance") && statement.size() > 0) {
            context.bfdInstances().add(statement.value(0).text());
        }
    }

    private void globals(Statement statement) {
        if (statement.block() != null) {
            context.globals().read(statement.block(), context);
        }
    }

    private void service(Statement statement) throws KeepalivedException {
        ServiceDraft draft = ServiceDraft.read(statement, context);
        if (draft != null) {
            services.add(draft);
        }
    }

    private void group(Statement statement) throws KeepalivedException {
        GroupDraft draft = new GroupDraft(statement.value("the name of the group"));
        if (statement.block() != null) {
            draft.read(statement.block(), context);
        }
        String name = draft.name().text();
        if (context.groups().containsKey(name)) {
            throw draft.name().error("group given twice:", "another name");
        }
        context.groups().put(name, draft);
        if (draft.members().isEmpty() && !statement.broken()) {
            throw statement.key().error("group without members:", "addresses in it, one a line");
        }
    }

    /** A {@code track_file} as it is written. */
    private static final class TrackDraft extends Settings {
        private static final KeyTable<TrackDraft> KEYS = KeyTable.<TrackDraft>of("track_file")
                .key("file", 1, (statement, it, context) -> it.file(statement))
                .key("weight", 2, (statement, it, context) -> it.factor = Factor.read(statement, context))
                .key("init_file", 2, (statement, it, context) -> it.initial(statement, context))
                .build();

        private @Nullable Path path;
        private boolean named;
        private Factor factor = new Factor(1, false);
        private TrackedFile.@Nullable Initial initial;

        private void file(Statement statement) throws KeepalivedException {
            named = true;
            Word word = statement.value("the path of a file");
            try {
                path = Path.of(word.text());
            } catch (InvalidPathException e) {
                throw word.error("not a path:", "the path of a file");
            }
        }

        private void initial(Statement statement, Context context) throws KeepalivedException {
            int value = 0;
            boolean overwrite = false;
            for (Word word : statement.values()) {
                if (word.text().equals("overwrite")) {
                    overwrite = true;
                } else {
                    value = Values.signed(word, context);
                }
            }
            initial = new TrackedFile.Initial(value, overwrite);
        }
    }

    private void trackFile(Statement statement) throws KeepalivedException {
        Word name = statement.value("a name");
        Statement.Block block = statement.block();
        if (block == null) {
            return;
        }
        TrackDraft draft = new TrackDraft();
        draft.unreadable = statement.broken();
        TrackDraft.KEYS.read(block, draft, context);
        if (draft.path == null) {
            if (draft.named || draft.unreadable) {
                context.unreadableFiles().add(name.text());
            } else {
                throw block.closed().error("}", "no file, found", "file before it");
            }
            return;
        }
        if (context.trackedFiles().containsKey(name.text())) {
            throw name.error("file given twice:", "another name");
        }
        context.trackedFiles()
                .put(
                        name.text(),
                        new Context.Tracked(
                                new TrackedFile(name.text(), draft.path, draft.initial),
                                draft.factor.weight(),
                                draft.factor.reverse()));
    }
}
