package org.lvs4j.examples.standalone.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.standalone.top.Table.Selection;

class TableTest {
    private static List<String> names(Table table) {
        return table.rows().stream().map(Row::name).toList();
    }

    private static Table table(Column sort, boolean reversed, String filter, String... folded) {
        return Table.of(Snapshots.SITE, new Selection(sort, reversed, filter, Set.of(folded)));
    }

    @Test
    void rows_everyState_asTheDaemonSays() {
        Table table = Table.of(Snapshots.SITE, Selection.ALL);

        assertThat(names(table))
                .containsExactly(
                        "TCP 10.0.0.1:80 wrr",
                        "10.0.0.11:80",
                        "10.0.0.12:80",
                        "10.0.0.13:80",
                        "10.0.0.14:80",
                        "10.0.0.15:80",
                        "10.0.0.16:80",
                        "FWM 7 IPv6 rr",
                        "[fd00::11]:0");
        assertThat(table.rows().stream().map(Row::state))
                .containsExactly(
                        null,
                        ServerState.UP,
                        ServerState.DRAINING,
                        ServerState.DOWN,
                        ServerState.QUIESCED,
                        ServerState.FULL,
                        ServerState.DOWN,
                        null,
                        ServerState.UP);
        assertThat(table.servers()).isEqualTo(7);
        assertThat(table.servers(ServerState.DOWN)).isEqualTo(2);
        assertThat(table.active()).isEqualTo(55);
        assertThat(table.inactive()).isEqualTo(55);
    }

    @Test
    void row_drainedServer_weightZeroAndItsShare() {
        Row row = Table.of(Snapshots.SITE, Selection.ALL).rows().get(2);

        assertThat(row.weight()).isZero();
        assertThat(Column.SHARE.value(row)).isEqualTo("45%");
        assertThat(row.health()).isEqualTo("not checked");
    }

    @Test
    void row_serverOutOfTheTable_downWithPrintableReason() {
        Row row = Table.of(Snapshots.SITE, Selection.ALL).rows().get(6);

        assertThat(row.server()).isNull();
        assertThat(row.health()).isEqualTo("down 2h30m: HTTP_GET ?[31m? evil");
    }

    @Test
    void sort_numbers_largestFirstAndEqualOnesInTheirOrder() {
        assertThat(names(table(Column.ACTIVE, false, "")).subList(1, 7))
                .containsExactly(
                        "10.0.0.11:80", "10.0.0.12:80", "10.0.0.15:80", "10.0.0.13:80", "10.0.0.14:80", "10.0.0.16:80");
        assertThat(names(table(Column.ACTIVE, true, "")))
                .containsExactly(
                        "FWM 7 IPv6 rr",
                        "[fd00::11]:0",
                        "TCP 10.0.0.1:80 wrr",
                        "10.0.0.13:80",
                        "10.0.0.14:80",
                        "10.0.0.16:80",
                        "10.0.0.15:80",
                        "10.0.0.12:80",
                        "10.0.0.11:80");
        assertThat(names(table(Column.STATE, false, "")).get(1)).isEqualTo("10.0.0.13:80");
        assertThat(names(table(Column.NAME, true, "")).get(1)).isEqualTo("[fd00::11]:0");
    }

    @Test
    void filter_serverOrStateOrService_itsRows() {
        assertThat(names(table(Column.NAME, false, ".14"))).containsExactly("TCP 10.0.0.1:80 wrr", "10.0.0.14:80");
        assertThat(names(table(Column.NAME, false, "DrAiN"))).containsExactly("TCP 10.0.0.1:80 wrr", "10.0.0.12:80");
        assertThat(names(table(Column.NAME, false, "refused"))).containsExactly("TCP 10.0.0.1:80 wrr", "10.0.0.13:80");
        assertThat(names(table(Column.NAME, false, "fwm"))).containsExactly("FWM 7 IPv6 rr", "[fd00::11]:0");
        assertThat(names(table(Column.NAME, false, "nosuch"))).isEmpty();
        assertThat(table(Column.NAME, false, "nosuch").servers())
                .as("in the header")
                .isEqualTo(7);
    }

    @Test
    void fold_service_serversHidden() {
        assertThat(names(table(Column.NAME, false, "", "tcp:10.0.0.1:80")))
                .containsExactly("TCP 10.0.0.1:80 wrr", "FWM 7 IPv6 rr", "[fd00::11]:0");
    }

    @Test
    void parse_otherDocument_toldInWords() {
        for (String text : List.of("", "{}", "[]", "{\"services\":3}", "no json", "null")) {
            assertThatThrownBy(() -> Snapshot.parse(text))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("lvsd answers with what is no snapshot");
        }
    }
}
