package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@WithDatabases
class CompareTest {
  private static final String FLIGHTS =
      "create table flights (id bigint, at timestamptz, delay int, primary key (id, at))";
  private static final String THREE_DAYS =
      "insert into flights select i, timestamptz '2001-01-14 00:00Z' + i * interval '1 minute', i % 60 from generate_series(0, 4319) i";

  private final TwoDatabases two;

  CompareTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @Test
  void equalTablesAreInSync() throws SQLException {
    two.both(FLIGHTS, THREE_DAYS);

    Comparison comparison = two.compare();

    assertThat(comparison.inSync()).isTrue();
    TableComparison table = comparison.tables().get(0);
    assertThat(table.windows()).hasSize(72).allMatch(w -> w.status() == Status.EQUAL);
    assertThat(table.sourceRows()).isEqualTo(4320);
    assertThat(table.targetRows()).isEqualTo(4320);
    assertThat(table.windows().get(1).window().from()).isEqualTo("2001-01-14T01:00:00Z");
    assertThat(table.windows().get(1).window().to()).isEqualTo("2001-01-14T02:00:00Z");
  }

  @Test
  void eachKindOfDifferenceIsFoundInItsWindow() throws SQLException {
    two.both(FLIGHTS, THREE_DAYS);
    two.target(
        "delete from flights where id = 5",
        "update flights set delay = -1 where id = 100",
        "insert into flights values (9999, '2001-01-16 10:30Z', 1)");

    TableComparison table = two.table();

    assertThat(table.inSync()).isFalse();
    assertThat(table.count(Status.DIFFERS)).isEqualTo(3);
    assertThat(table.differences())
        .extracting(
            Difference::kind, d -> d.key().get("id"), Difference::columns, d -> d.window().from())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                Kind.MISSING, "5", List.of(), "2001-01-14T00:00:00Z"),
            org.assertj.core.groups.Tuple.tuple(
                Kind.CHANGED, "100", List.of("delay"), "2001-01-14T01:00:00Z"),
            org.assertj.core.groups.Tuple.tuple(
                Kind.EXTRA, "9999", List.of(), "2001-01-16T10:00:00Z"));
    assertThat(table.differences().get(0).key())
        .isEqualTo(Map.of("id", "5", "at", "2001-01-14T00:05:00Z"));
  }
}
