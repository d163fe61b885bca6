package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the same scenes on a bare connection and on a wrapped one and compares all that the
 * application can see.
 */
@WithDatabases
@Guarantee("G7")
class DriverParityTest {

  /** Part of an application; notes what it sees. */
  interface Scene {
    void play(Connection connection, List<Object> seen) throws Exception;
  }

  private static final Map<String, Scene> SCENES = new LinkedHashMap<>();

  static {
    SCENES.put("statements", StatementScenes::statements);
    SCENES.put("prepared statements", StatementScenes::prepared);
    SCENES.put("generated keys", StatementScenes::generatedKeys);
    SCENES.put("RETURNING", StatementScenes::returning);
    SCENES.put("batches", StatementScenes::batches);
    SCENES.put("failures", TransactionScenes::failures);
    SCENES.put("transactions", TransactionScenes::transactions);
    SCENES.put("transactions in SQL", TransactionScenes::transactionsInSql);
    SCENES.put("several statements", SeveralStatementScenes::plain);
    SCENES.put("several statements with parameters", SeveralStatementScenes::withParameters);
    SCENES.put("several statements and transactions", SeveralStatementScenes::withTransactions);
    SCENES.put("metadata of what is returned", RewritingScenes::metadata);
    SCENES.put("warnings and time-outs", RewritingScenes::warnings);
    SCENES.put("cursors", RewritingScenes::cursors);
    SCENES.put("values of every kind", ValueScenes::values);
    SCENES.put("metadata", ValueScenes::metadata);
    SCENES.put("updatable result sets", ValueScenes::updatable);
    SCENES.put("fetch size", StatementScenes::fetchSize);
  }

  @Test
  void inPassThrough(TestDatabases dbs) throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    migration.active = false;
    compare(dbs, migration, seen -> seen);
    assertThat(migration.journal()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void mirrored(FailurePolicy policy, TestDatabases dbs) throws Exception {
    compare(dbs, new PlannedMirroring(dbs, policy), seen -> seen);
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void whileMirroringIsSwitchedOnAndOff(FailurePolicy policy, TestDatabases dbs) throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, policy);
    compare(dbs, migration, seen -> new SwitchingList(seen, migration));
  }

  /** Each thing seen switches mirroring. */
  private static final class SwitchingList extends ArrayList<Object> {
    private static final long serialVersionUID = 1;
    private final transient List<Object> seen;
    private final transient PlannedMirroring migration;

    SwitchingList(List<Object> seen, PlannedMirroring migration) {
      this.seen = seen;
      this.migration = migration;
    }

    @Override
    public boolean add(Object what) {
      migration.active = !migration.active;
      return seen.add(what);
    }
  }

  private static void compare(
      TestDatabases dbs, PlannedMirroring migration, UnaryOperator<List<Object>> wrapper)
      throws Exception {
    for (Map.Entry<String, Scene> scene : SCENES.entrySet()) {
      List<Object> bare = new ArrayList<>();
      List<Object> wrapped = new ArrayList<>();
      try (Connection connection = dbs.target().getConnection()) {
        scene.getValue().play(connection, bare);
      }
      try (Connection connection = migration.connect()) {
        scene.getValue().play(connection, wrapper.apply(wrapped));
      }
      assertThat(wrapped).as(scene.getKey()).isEqualTo(bare).isNotEmpty();
      dbs.assertSameRows("SELECT id, code, qty, body, doc, tags FROM orders");
      dbs.assertSameRows("SELECT * FROM notes");
      dbs.executeOnBoth("TRUNCATE orders, notes RESTART IDENTITY");
    }
  }
}
