package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.copy.KeyRange;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.NewRows;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A table that is rewritten on the primary between a snapshot and the reading of its rows shows
 * none of them in that snapshot.
 */
@WithDatabases
@Guarantee("G1")
class RewrittenMeanwhileTest {
  private static final String ITEM = "public.item";
  private static final RowKey KEY = new RowKey(List.of("1"));

  private final TestDatabases dbs;

  RewrittenMeanwhileTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @FunctionalInterface
  private interface Reading {
    void run(LockedCopy copy, Lane lane, TablePair table) throws Exception;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE item (id int PRIMARY KEY, n int)",
        "CREATE TABLE item (id int PRIMARY KEY, n int) PARTITION BY RANGE (id)"
      })
  void rowsThatSeemToBeGoneAreNotDeleted(String table) throws Exception {
    isRefused(table, (copy, lane, pair) -> copy.copy(pair, List.of(KEY), true));
  }

  @Test
  void norInARound() throws Exception {
    isRefused(
        "CREATE TABLE item (id int PRIMARY KEY, n int)",
        (copy, lane, pair) -> copy.copyAll(lane, Map.of(pair, Set.of(KEY))));
  }

  @Test
  void norByAWalk() throws Exception {
    isRefused(
        "CREATE TABLE item (id int PRIMARY KEY, n int)",
        (copy, lane, pair) -> copy.nextKeys(pair, Side.SOURCE, Optional.empty(), 10));
  }

  @Test
  void norAreRowsOfARunTakenForNone() throws Exception {
    isRefused(
        "CREATE TABLE item (id int PRIMARY KEY, n int)",
        (copy, lane, pair) ->
            copy.copyAll(
                lane, Map.of(), Map.of(pair, new NewRows(Set.of(new KeyRange(1, 1)), Set.of()))));
  }

  @Test
  void rowsThatAreGoneGo() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    dbs.execute(dbs.target(), "INSERT INTO item VALUES (1, 1)");
    Lane lane = bed.lane(ITEM);
    try (LockedCopy copy = LockedCopy.begin(bed.context(), lane)) {
      assertThat(copy.copy(lane.tables().get(0), List.of(KEY), true).deleted()).isEqualTo(1);
      copy.commit();
    }
    dbs.assertSameRows("SELECT * FROM item");
  }

  private void isRefused(String ddl, Reading reading) throws Exception {
    Bed bed = new Bed(dbs, ddl);
    if (ddl.contains("PARTITION")) {
      dbs.executeOnBoth("CREATE TABLE part PARTITION OF item FOR VALUES FROM (0) TO (100)");
    }
    dbs.executeOnBoth("INSERT INTO item VALUES (1, 1)");
    Lane lane = bed.lane(ITEM);
    try (LockedCopy copy = LockedCopy.begin(bed.context(), lane)) {
      copy.primary();
      dbs.execute(dbs.source(), "ALTER TABLE item ALTER n TYPE bigint");
      assertThatThrownBy(
              () -> {
                reading.run(copy, lane, lane.tables().get(0));
                copy.commit();
              })
          .isInstanceOf(ChangedTableException.class)
          .hasMessageContaining("rewritten");
    }
    dbs.assertSameRows("SELECT id, n::bigint FROM item");
  }
}
