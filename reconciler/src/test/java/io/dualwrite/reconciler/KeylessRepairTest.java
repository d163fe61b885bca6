package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables of which no row can be told from another. */
@WithDatabases
class KeylessRepairTest {
  private final TwoDatabases two;

  KeylessRepairTest(TestDatabases dbs) {
    TableOverride ranges = TableOverride.builder().keylessRanges(true).build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.*"), List.of(), Map.of("public.k", ranges)))
                .build());
  }

  /** COPY reads such a column otherwise than a cast does. */
  @Test
  void whatABackfillCannotCopyIsNamedAndARepairReplacesIt() throws SQLException {
    two.both("create table k (v int, c \"char\")");
    two.source("insert into k select i, 'x' from generate_series(1, 100) i");
    two.reconciler.init();

    TableBackfill refused =
        two.reconciler
            .backfill(
                BackfillOptions.of(two.config.reconciler()).end(End.NONE), BackfillProgress.NONE)
            .tables()
            .get(0);

    assertThat(refused.complete()).isFalse();
    assertThat(refused.problems())
        .containsExactly(
            "has no key and a column of a type that COPY reads otherwise than a cast does (\"char\"), so that it would have to be copied row by row. Replace it whole with `reconciler repair --table public.k`");
    assertThat(two.repair().after().inSync()).isTrue();
    two.dbs.assertSameRows("select * from k");
  }

  @Test
  void aRowThatTheTargetRefusesKeepsTheTableAsItIs() throws SQLException {
    two.source("create table k (v int)", "insert into k values (1), (1), (50)");
    two.target("create table k (v int check (v <> 50))", "insert into k values (1)");

    var repair = two.repair();

    assertThat(repair.copied()).isZero();
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .contains("k_v_check", "23514", "replaced whole");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from k")).isEqualTo("1");
  }
}
