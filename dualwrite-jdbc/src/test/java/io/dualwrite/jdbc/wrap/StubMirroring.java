package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A migration whose answers a test sets, and which notes what it is told among the driver's calls.
 */
final class StubMirroring implements Mirroring {
  final StubDriver driver = new StubDriver();
  final List<String> calls = driver.calls;
  final SessionNames names = new SessionNames();
  final Map<String, CapturePlan> plans = new HashMap<>();
  final List<OpenConnection> open = new ArrayList<>();

  /** Answers of {@link #active} before {@link #active} itself. */
  final Deque<Boolean> nextActive = new ArrayDeque<>();

  boolean active = true;
  boolean plansKnown = true;
  boolean refuseUnmirrored;
  @Nullable SQLException journalFailure;
  @Nullable SQLException outdatedFailure;
  Runnable whenOutdated = () -> {};
  @Nullable SQLException commitFailure;

  Connection connect() throws SQLException {
    return DualConnection.wrap(driver.connection(), this, names);
  }

  /** Runs an update on a connection of its own, under auto-commit; how many rows it changed. */
  int update(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  /** The same, prepared, with one parameter. */
  int update(String sql, long parameter) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, parameter);
      return statement.executeUpdate();
    }
  }

  /** Whether the one connection says that it is in pass-through. */
  boolean inPassThrough() {
    return open.get(0).inPassThrough();
  }

  void plan(String sql, FailurePolicy policy) {
    plans.put(sql, captured(sql, policy));
  }

  static CapturePlan.Captured captured(String sql, FailurePolicy policy) {
    return new CapturePlan.Captured(
        null,
        "J " + sql,
        "K " + sql,
        List.of(table(policy)),
        null,
        CapturePlan.Captured.Operation.INSERT);
  }

  static CapturedTable table(FailurePolicy policy) {
    Column key = new Column("id", "bigint", "bigint", 'b', true, Column.Generation.NONE, true);
    Table table =
        new Table(
            new TableName("public", "t"),
            1,
            false,
            List.of(key),
            List.of(),
            List.of(),
            Optional.empty(),
            false,
            List.of(),
            false);
    return new CapturedTable("public.t", table, List.of(key), Optional.empty(), policy);
  }

  @Override
  public boolean active() {
    Boolean next = nextActive.poll();
    return next == null ? active : next;
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys) {
    return plans.getOrDefault(sql, new CapturePlan.PassThrough());
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return plansKnown ? plans.get(sql) : null;
  }

  @Override
  public void unmirrored(CapturePlan.Unmirrored plan) throws SQLException {
    calls.add("unmirrored " + plan.reason());
    if (refuseUnmirrored) {
      throw new SQLException("refused");
    }
  }

  @Override
  public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    calls.add("mirrored commit " + rows(transaction));
    if (commitFailure != null) {
      raw.rollback();
      throw commitFailure;
    }
    raw.commit();
  }

  @Override
  public void committed(MirroredTransaction transaction) {
    calls.add("committed " + rows(transaction));
  }

  private static String rows(MirroredTransaction transaction) {
    StringBuilder rows = new StringBuilder();
    for (CapturedTable table : transaction.tables()) {
      rows.append(table.journalName());
      transaction.remembered(table).forEach(key -> rows.append(key.values()));
    }
    return rows.toString();
  }

  @Override
  public boolean journalFailed(SQLException failure) {
    if (journalFailure != null
        && (failure == journalFailure || failure.getCause() == journalFailure)) {
      active = false;
      return true;
    }
    return false;
  }

  @Override
  public boolean outdated(CapturePlan.Captured plan, SQLException failure) {
    if (failure != outdatedFailure) {
      return false;
    }
    whenOutdated.run();
    return true;
  }

  @Override
  public void schemaChanged() {
    calls.add("schema changed");
  }

  @Override
  public void bypass(String kind) {
    calls.add("bypass " + kind);
  }

  @Override
  public void opened(OpenConnection connection) {
    open.add(connection);
  }

  @Override
  public void closed(OpenConnection connection) {
    open.remove(connection);
  }
}
