package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.runtime.PlanCache;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.wrap.MirroredTransaction;
import io.dualwrite.jdbc.wrap.Mirroring;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A migration that has seen every text before: plans come from the cache that the real one has.
 * Nothing is delivered.
 */
class KnownPlans implements Mirroring {
  private static final String SEARCH_PATH = "public";

  static final CapturePlan READ = new CapturePlan.PassThrough();
  static final CapturePlan WRITE =
      new CapturePlan.Captured(
          null,
          Statements.JOURNALING,
          null,
          List.of(table()),
          null,
          CapturePlan.Captured.Operation.INSERT);

  private final PlanCache plans = new PlanCache();
  private final boolean active;

  KnownPlans(boolean active) {
    this.active = active;
    plans.keep(names(), Statements.READ, RequestedKeys.NONE, READ);
    plans.keep(names(), Statements.WRITE, RequestedKeys.NONE, WRITE);
  }

  /** As wide as tables are. */
  private static CapturedTable table() {
    List<Column> columns = new ArrayList<>();
    columns.add(column("id", "bigint", "int8"));
    for (int i = 1; i < 10; i++) {
      columns.add(column("value" + i, "text", "text"));
    }
    TableName name = new TableName("public", "items");
    Table table =
        new Table(
            name,
            1,
            false,
            List.copyOf(columns),
            List.of(),
            List.of(),
            Optional.empty(),
            false,
            List.of(),
            false);
    return new CapturedTable(
        name.toString(), table, columns.subList(0, 1), Optional.empty(), FailurePolicy.RECOVER);
  }

  private static Column column(String name, String type, String baseType) {
    return new Column(name, type, baseType, 'b', true, Column.Generation.NONE, true);
  }

  /** Names that are looked up already. */
  static SessionNames names() {
    SessionNames names = new SessionNames();
    names.searchPath(SEARCH_PATH);
    return names;
  }

  @Override
  public boolean active() {
    return active;
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    CapturePlan plan = knownPlan(session, sql, keys);
    if (plan == null) {
      throw new SQLException("no plan for " + sql);
    }
    return plan;
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return plans.find(session, sql, keys);
  }

  @Override
  public void committed(MirroredTransaction transaction) {}

  @Override
  public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    raw.commit();
  }

  @Override
  public void unmirrored(CapturePlan.Unmirrored plan) {}

  @Override
  public boolean journalFailed(SQLException failure) {
    return false;
  }

  @Override
  public boolean outdated(CapturePlan.Captured plan, SQLException failure) {
    return false;
  }

  @Override
  public void schemaChanged() {}

  @Override
  public void bypass(String kind) {}

  @Override
  public void opened(OpenConnection connection) {}

  @Override
  public void closed(OpenConnection connection) {}
}
