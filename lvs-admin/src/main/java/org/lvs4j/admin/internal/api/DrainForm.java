package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.DrainProgress;
import org.lvs4j.admin.internal.http.Problem;

/** Drains in JSON. */
final class DrainForm {
    private static final String DEADLINE = "deadlineSeconds";
    private static final String PACING = "pacingSeconds";
    private static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(5);

    private DrainForm() {}

    static void write(JsonWriter json, Drain drain) throws IOException {
        DrainProgress progress = drain.progress();
        json.beginObject();
        json.name("service").value(ServiceIds.print(drain.service()));
        json.name("server").value(drain.server().toString());
        json.name("phase").value(progress.phase().name().toLowerCase(Locale.ROOT));
        json.name("active").value(progress.active());
        json.name("inactive").value(progress.inactive());
        json.name("activeAtStart").value(progress.activeAtStart());
        json.name("inactiveAtStart").value(progress.inactiveAtStart());
        json.name("templates").value(progress.persistent());
        json.name("oldestSeconds").value(progress.oldest().toSeconds());
        json.name("leftSeconds").value(progress.left().toSeconds());
        json.name("ended").value(progress.ended());
        json.endObject();
    }

    /**
     * Reads the options of a drain.
     *
     * @param fields or null for the defaults
     * @throws Problem if a value is wrong
     */
    static DrainOptions read(@Nullable Fields fields) throws Problem {
        if (fields == null) {
            return DrainOptions.within(DEFAULT_DEADLINE);
        }
        fields.requireKnown(List.of(DEADLINE, PACING));
        try {
            DrainOptions options = DrainOptions.within(
                    fields.has(DEADLINE) ? Duration.ofSeconds(fields.number(DEADLINE)) : DEFAULT_DEADLINE);
            return fields.has(PACING) ? options.withPacing(Duration.ofSeconds(fields.number(PACING))) : options;
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
