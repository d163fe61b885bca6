package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Batches answer as on the bare connection, and every row that they changed is journaled. */
@WithDatabases
@Guarantee({"G2", "G7"})
class BatchParityTest {
  private static final Map<String, DriverParityTest.Scene> SCENES = new LinkedHashMap<>();

  static {
    SCENES.put("prepared", BatchScenes::prepared);
    SCENES.put("failing", BatchScenes::failing);
    SCENES.put("with keys", BatchScenes::withKeys);
    SCENES.put("mixed", BatchScenes::mixed);
  }

  @ParameterizedTest
  @CsvSource({
    "RECOVER, '', true",
    "RECOVER, '', false",
    "RECOVER, &reWriteBatchedInserts=true, true",
    "RECOVER, &reWriteBatchedInserts=true, false",
    "RECOVER, &reWriteBatchedInserts=true&preferQueryMode=simple, false",
    "STRICT, '', true",
    "STRICT, &reWriteBatchedInserts=true, false",
    "RECOVER, &preferQueryMode=simple, true",
    "BEST_EFFORT, '', true",
    "BEST_EFFORT, &reWriteBatchedInserts=true, true"
  })
  void answersAsBare(FailurePolicy policy, String options, boolean autoCommit, TestDatabases dbs)
      throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, policy);
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(dbs.sourceUrl() + options);
    for (Map.Entry<String, DriverParityTest.Scene> scene : SCENES.entrySet()) {
      List<Object> bare = new ArrayList<>();
      List<Object> wrapped = new ArrayList<>();
      try (Connection connection = DriverManager.getConnection(dbs.targetUrl() + options)) {
        connection.setAutoCommit(autoCommit);
        scene.getValue().play(connection, bare);
      }
      try (Connection connection = migration.connect(source)) {
        connection.setAutoCommit(autoCommit);
        scene.getValue().play(connection, wrapped);
      }
      assertThat(wrapped).as(scene.getKey()).isEqualTo(bare).isNotEmpty();
      dbs.assertSameRows("SELECT id, code, qty FROM orders ORDER BY id");
      dbs.assertSameRows("SELECT * FROM notes ORDER BY id");
      if (policy != FailurePolicy.BEST_EFFORT) {
        assertThat(
                dbs.query(
                    dbs.source(),
                    "SELECT r.* FROM (SELECT 'public.notes' AS t, id FROM notes UNION ALL SELECT 'public.orders', id FROM orders) r"
                        + " WHERE NOT EXISTS (SELECT FROM dualwrite.journal j WHERE j.table_name = r.t"
                        + " AND (j.key[1] = r.id::text OR r.id BETWEEN j.range_from::bigint AND j.range_to::bigint))"))
            .as(scene.getKey())
            .isEmpty();
      }
      dbs.executeOnBoth("TRUNCATE orders, notes RESTART IDENTITY");
      dbs.execute(dbs.source(), "DELETE FROM dualwrite.journal");
    }
    assertThat(migration.events).noneMatch(event -> event.startsWith("unmirrored"));
  }
}
