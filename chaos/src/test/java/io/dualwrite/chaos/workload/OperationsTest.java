package io.dualwrite.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.chaos.history.AcknowledgementLog;
import io.dualwrite.chaos.history.History;
import io.dualwrite.chaos.history.RowId;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nothing fails and nobody else writes, every operation does what it says it does. */
@WithDatabases
class OperationsTest {
  private static final int TIMES = 6;

  private final TestDatabases dbs;

  @TempDir Path logs;

  OperationsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void tellsTheLogWhatTheRowsAre() throws Exception {
    dbs.executeOnBoth(String.join(";", Table.schema()));
    dbs.executeOnBoth(
        "INSERT INTO account (id, balance, version, writer, changed_at)"
            + " SELECT n, 0, 1, 'seed', '2024-01-01' FROM generate_series(0, 20) n");
    History history = new History(logs);
    history.settle(versions());
    Path file = logs.resolve("w.log");
    try (DualWriteDataSource both =
            DualWriteDataSource.builder()
                .config(MigrationConfig.builder("test").build())
                .source(dbs.source())
                .target(dbs.target())
                .build();
        AcknowledgementLog log = new AcknowledgementLog(file)) {
      Session session =
          new Session(both, log, "w", new Stamps(Clock.systemUTC(), 1), new Random(1));
      for (int time = 0; time < TIMES; time++) {
        for (Map.Entry<String, Operation> operation : new Operations().byName().entrySet()) {
          run(operation.getKey(), operation.getValue(), session, file);
        }
      }
      history.readOn();
      assertThat(history.contradictions(versions())).isEmpty();
      for (Table table : Table.values()) {
        dbs.awaitSameRows("SELECT * FROM " + table.sql());
      }
    }
  }

  private static void run(String name, Operation operation, Session session, Path file)
      throws Exception {
    long before = Files.size(file);
    try {
      operation.run(session);
    } catch (SQLException e) {
      // The one that is meant to.
      assertThat(name).as(e.toString()).isEqualTo("Scratches::script");
      return;
    }
    assertThat(Files.size(file)).as(name + " tells nothing").isGreaterThan(before);
  }

  private Map<RowId, Long> versions() throws SQLException {
    Map<RowId, Long> versions = new HashMap<>();
    for (Table table : Table.values()) {
      for (List<String> row :
          dbs.query(dbs.source(), "SELECT " + table.keySql() + ", version FROM " + table.sql())) {
        versions.put(new RowId(table.sql(), row.get(0)), Long.parseLong(row.get(1)));
      }
    }
    return versions;
  }
}
