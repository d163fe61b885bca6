package io.dualwrite.reconciler.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows read range by range and windows whose rows are numbered come to the same sums. */
@WithDatabases
class ChunkQueriesTest {

  @ParameterizedTest
  @ValueSource(strings = {"timestamptz", "timestamp", "date"})
  void everyRowIsInTheSameWindowEitherWay(String type, TestDatabases dbs) throws Exception {
    dbs.executeOnBoth(
        "create table t (k int primary key, at " + type + ", v jsonb)",
        "insert into t select i, (timestamptz '2001-03-01Z' + i * interval '5 min')::"
            + type
            + ", jsonb_build_object('i', i) from generate_series(1, 30000) i where i % 7000 > 900",
        "insert into t values (-1, '-infinity', null), (-2, 'infinity', 'null'), (-3, null, '{}')",
        "create index on t (at)",
        "analyze t");
    Snapshots snapshots = new Snapshots(dbs.source(), dbs.target());
    Mirror mirror =
        Mirror.of(
            snapshots.on(Side.SOURCE, c -> Catalog.read(c, "dualwrite")),
            snapshots.on(Side.TARGET, c -> Catalog.read(c, "dualwrite")),
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"),
                        List.of(),
                        Map.of("public.t", TableOverride.builder().timeColumn("at").build())))
                .build());
    ComparedTable table = new ComparedTable(mirror.tables().get(0), Checksum.SEND, Side.SOURCE);
    WindowPlan plan =
        snapshots.onBoth(
            Side.TARGET,
            (source, target) ->
                new WindowPlanner(
                        WindowSize.of(Duration.ofDays(3)), Optional.empty(), Optional.empty())
                    .rowsPerQuery(12_000)
                    .plan(table, source, target));

    assertThat(plan.chunks()).anyMatch(c -> c.each().size() > 10);
    long rows = 0;
    for (Chunk chunk : plan.chunks()) {
      Map<Long, WindowSum> each = sums(snapshots, table, chunk);

      assertThat(each)
          .isEqualTo(
              sums(
                  snapshots,
                  table,
                  new Chunk(
                      chunk.windows(), chunk.predicate(), chunk.slot(), chunk.cuts(), List.of())));
      rows += each.values().stream().mapToLong(WindowSum::rows).sum();
    }
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from t"))
        .isEqualTo(Long.toString(rows));
  }

  private static Map<Long, WindowSum> sums(Snapshots snapshots, ComparedTable table, Chunk chunk) {
    return snapshots.on(Side.TARGET, c -> new ChunkQueries(table, chunk, Side.TARGET).sums(c));
  }
}
