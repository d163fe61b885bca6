package io.dualwrite.reconciler.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.WindowPlan;
import io.dualwrite.reconciler.window.WindowPlanner;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows of which a query takes too long are read in pieces that come to the same. */
class PaceTest {

  @Test
  void slowQueriesAreCutSmallerAndQuickOnesMadeLongerAgain() {
    Pace pace = new Pace();
    pace.took(1, Duration.ofMillis(600));
    assertThat(pace.pieces()).isEqualTo(1);
    pace.took(1, Duration.ofMillis(1_100));
    assertThat(pace.pieces()).isEqualTo(2);
    pace.took(2, Duration.ofSeconds(5));
    // One that had begun before.
    pace.took(1, Duration.ofSeconds(5));
    assertThat(pace.pieces()).isEqualTo(4);
    pace.took(4, Duration.ofMillis(100));
    pace.took(4, Duration.ofMillis(100));
    assertThat(pace.pieces()).isEqualTo(2);
    pace.took(2, Duration.ofMillis(100));
    pace.took(1, Duration.ofMillis(1));
    assertThat(pace.pieces()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "k bigint, at timestamptz, primary key (k, at) | i, timestamptz '2001-01-01Z' + i * interval '7 min'",
        "k int, at timestamp, primary key (k, at) | i, timestamp '1999-12-31' + i * interval '1 us'",
        "k bigint primary key | i::bigint * 1000003 - 9000000000",
        "k uuid primary key | md5(i::text)::uuid"
      })
  @WithDatabases
  void piecesAddUpToTheirWindow(String table, TestDatabases dbs) throws SQLException {
    String[] parts = table.split(" \\| ");
    dbs.executeOnBoth(
        "create table t (" + parts[0] + ")",
        "insert into t select " + parts[1] + " from generate_series(1, 120000) i",
        "create index on t (" + (parts[0].contains("at ") ? "at" : "k") + ")",
        "analyze t");
    Snapshots snapshots = new Snapshots(dbs.source(), dbs.target());
    Mirror mirror =
        Mirror.of(
            snapshots.on(Side.SOURCE, c -> Catalog.read(c, "dualwrite")),
            snapshots.on(Side.TARGET, c -> Catalog.read(c, "dualwrite")),
            MigrationConfig.builder("test").build());
    ComparedTable compared = new ComparedTable(mirror.tables().get(0), Checksum.SEND, Side.SOURCE);
    WindowPlan plan =
        snapshots.onBoth(
            Side.TARGET,
            (source, target) ->
                new WindowPlanner(
                        WindowSize.of(Duration.ofHours(5)), Optional.empty(), Optional.empty())
                    .rowsPerQuery(50_000)
                    .plan(compared, source, target));
    BothSides sides = new BothSides(snapshots, Runnable::run);
    for (Chunk chunk : plan.chunks()) {
      Drilldown.Sums whole = new Drilldown(sides, compared, Side.TARGET).sums(chunk);
      for (int pieces : new int[] {2, 3, 64}) {
        Pace slow = new Pace();
        slow.took((pieces + 1) / 2, Duration.ofMinutes(1));
        Drilldown.Sums added = new Drilldown(sides, compared, Side.TARGET, slow).sums(chunk);

        assertThat(added).isEqualTo(whole);
      }
    }
    assertThat(plan.chunks())
        .as("chunks of which one can be cut")
        .anyMatch(chunk -> chunk.pieces(64).size() > 2);
  }
}
