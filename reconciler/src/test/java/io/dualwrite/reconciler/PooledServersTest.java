package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.TransactionPooler;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Poolers in transaction mode stand before both servers: no session lasts beyond a transaction. */
@WithDatabases
class PooledServersTest {
  private final TwoDatabases two;

  PooledServersTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  private static HikariDataSource pool(DataSource behindPooler) throws SQLException {
    for (int i = 0; i < 3; i++) {
      // So that there are sessions of others to be given.
      behindPooler.getConnection().close();
    }
    HikariConfig config = new HikariConfig();
    config.setDataSource(behindPooler);
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  @Test
  void differencesAreFoundAndRepaired() throws Exception {
    two.both("create table t (id int primary key, at timestamptz not null, v float8)");
    two.source(
        "insert into t select i, timestamptz '2024-01-01Z' + i * interval '1 minute', i / 3.0 from generate_series(1, 5000) i");
    two.target("insert into t values (1, '2024-01-01Z', 0), (9999, '2024-01-01Z', 1)");
    try (TransactionPooler beforeSource = TransactionPooler.inFrontOf(two.dbs.sourceServer(), 8);
        TransactionPooler beforeTarget = TransactionPooler.inFrontOf(two.dbs.targetServer(), 8);
        HikariDataSource source = pool(two.dbs.sourceThrough(beforeSource));
        HikariDataSource target = pool(two.dbs.targetThrough(beforeTarget))) {
      Reconciler reconciler =
          new Reconciler(MigrationConfig.builder("test").build(), source, target);

      assertThat(reconciler.compare(two.options(), Progress.NONE).inSync()).isFalse();
      Repair repair =
          reconciler.repair(RepairOptions.of(two.options()).deleteExtra(true), Progress.NONE);

      assertThat(repair.copied()).isEqualTo(5000);
      assertThat(repair.deleted()).isEqualTo(1);
      assertThat(repair.after().inSync()).isTrue();
      two.dbs.assertSameRows("select * from t");
      assertThat(beforeSource.switches()).isPositive();
      assertThat(beforeTarget.switches()).isPositive();
    }
  }
}
