package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A migration that has seen every text before: plans come from maps laid out as the real one's (by
 * search path, then by text and generated keys). Nothing is delivered.
 */
final class KnownPlans implements Mirroring {
  private static final String SEARCH_PATH = "public";

  private final Map<String, Map<Text, CapturePlan>> plans = new ConcurrentHashMap<>();
  private final boolean active;

  private record Text(String sql, RequestedKeys keys) {}

  KnownPlans(boolean active) {
    this.active = active;
    Map<Text, CapturePlan> ofPath = new ConcurrentHashMap<>();
    ofPath.put(new Text(Statements.READ, RequestedKeys.NONE), new CapturePlan.PassThrough());
    ofPath.put(
        new Text(Statements.WRITE, RequestedKeys.NONE),
        new CapturePlan.Captured(
            null,
            Statements.JOURNALING,
            null,
            List.of(table()),
            null,
            CapturePlan.Captured.Operation.INSERT));
    plans.put(SEARCH_PATH, ofPath);
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
            List.of());
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
    String path = session.searchPath();
    Map<Text, CapturePlan> ofPath = path == null ? null : plans.get(path);
    return ofPath == null ? null : ofPath.get(new Text(sql, keys));
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
