package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The target's server dies in the middle. */
class BackfillTargetKilledTest {

  @Test
  @WithDatabases(dedicated = true)
  void whatWasDoneIsKeptAndTheRestIsResumed(TestDatabases dbs) throws Exception {
    TwoDatabases two = new TwoDatabases(dbs);
    two.reconciler.init();
    two.both("create table t (id int primary key, v text)");
    two.source("insert into t select i, 'v' || i from generate_series(1, 20000) i");
    BackfillOptions options =
        BackfillOptions.of(two.config.reconciler())
            .end(End.NONE)
            .batchRows(500)
            .parallelism(2)
            .resume(true);
    AtomicLong windows = new AtomicLong();

    Backfill stopped =
        two.reconciler.backfill(
            options,
            new BackfillProgress() {
              @Override
              public void advance(String table, long rows) {
                if (windows.incrementAndGet() == 10) {
                  dbs.targetServer().kill();
                }
              }
            });

    assertThat(stopped.complete()).isFalse();
    assertThat(stopped.interrupted()).isTrue();
    assertThat(stopped.tables().get(0).problems()).isNotEmpty();
    dbs.targetServer().restart();
    String kept = dbs.queryValue(dbs.target(), "select count(*) from dualwrite.run_windows");

    Backfill resumed = two.reconciler.backfill(options, BackfillProgress.NONE);

    assertThat(resumed.complete()).as("%s", resumed).isTrue();
    assertThat(resumed.resumed()).isTrue();
    assertThat(resumed.tables().get(0).windowsBefore()).isEqualTo(Long.parseLong(kept));
    assertThat(resumed.tables().get(0).windows()).isEqualTo(40 - Long.parseLong(kept));
    dbs.assertSameRows("select * from t");
  }
}
