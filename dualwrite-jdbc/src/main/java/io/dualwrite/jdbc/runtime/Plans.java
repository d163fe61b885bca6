package io.dualwrite.jdbc.runtime;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.CapturePlanner;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.capture.SeenByTriggers;
import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.resolve.Relations;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.jdbc.trigger.WantedTriggers;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The plan of each SQL text, decided once per text, search path and state of the schema. A plan
 * that depends on no name is kept for all search paths.
 */
final class Plans {
  private final DataSource primary;
  private final MigrationConfig config;
  private final Side side;
  private final boolean byTriggers;
  private volatile State state;
  private volatile boolean stale;

  /** All that one reading of the catalog led to. */
  private record State(
      Catalog catalog,
      CapturedTables tables,
      Relations relations,
      CapturePlanner planner,
      PlanCache plans,
      Optional<WantedTriggers> triggers,
      Coverage coverage) {}

  Plans(DataSource primary, MigrationConfig config, Side side) throws SQLException {
    this.primary = primary;
    this.config = config;
    this.side = side;
    this.byTriggers = side == Side.SOURCE && config.capture() == CaptureMode.TRIGGER;
    this.state = read();
  }

  private State read() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      Catalog catalog = Catalog.read(connection, config.journal().schema());
      CapturedTables tables = CapturedTables.of(side, catalog, config);
      Optional<WantedTriggers> triggers =
          byTriggers
              ? Optional.of(
                  WantedTriggers.of(config.journal().schema(), config.migration(), catalog, tables))
              : Optional.empty();
      Coverage coverage = triggers.isPresent() ? triggers.get().compare(connection) : Coverage.NONE;
      return new State(
          catalog,
          tables,
          new Relations(catalog, tables, config, coverage.explanations()),
          new CapturePlanner(config.journal().schema(), catalog.serverVersion()),
          new PlanCache(),
          triggers,
          coverage);
    }
  }

  /**
   * Reads the catalog again; plans made until then are forgotten. One at a time, so that an older
   * reading never takes the place of a newer one.
   */
  synchronized void refresh() throws SQLException {
    stale = false;
    try {
      state = read();
    } catch (SQLException | RuntimeException e) {
      stale = true;
      throw e;
    }
  }

  /** Reads the catalog again if the schema has changed since. */
  void refreshIfChanged() throws SQLException {
    State before = state;
    String now;
    Coverage coverage = Coverage.NONE;
    try (Connection connection = primary.getConnection()) {
      now = Catalog.fingerprint(connection, config.journal().schema());
      if (before.triggers().isPresent()) {
        coverage = before.triggers().get().compare(connection);
      }
    }
    if (stale
        || !now.equals(before.catalog().fingerprint())
        || !coverage.equals(before.coverage())) {
      refresh();
    }
  }

  CapturedTables tables() {
    return state.tables();
  }

  Catalog catalog() {
    return state.catalog();
  }

  /** What triggers see, where they capture. */
  Coverage coverage() {
    return state.coverage();
  }

  /**
   * A plan, and what it is not sure of.
   *
   * @param unknown the oids of relations that were met and that the catalog, as it was read, does
   *     not have: the plan is kept nowhere
   */
  record Decision(CapturePlan plan, Set<Long> unknown) {}

  /** The plan, decided now unless it was already. */
  Decision decide(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    State current = state;
    CapturePlan plan = find(current, session, sql, keys);
    return plan != null ? new Decision(plan, Set.of()) : decide(current, raw, session, sql, keys);
  }

  /** The plan if it was decided already. */
  @Nullable CapturePlan known(SessionNames session, String sql, RequestedKeys keys) {
    return find(state, session, sql, keys);
  }

  private static @Nullable CapturePlan find(
      State current, SessionNames session, String sql, RequestedKeys keys) {
    if (session.schemaChanged()) {
      Optional<PlanCache> own = UncommittedTables.plans(session);
      CapturePlan plan = own.isEmpty() ? null : own.get().find(session, sql, keys);
      if (plan != null) {
        return plan;
      }
    }
    return current.plans().find(session, sql, keys);
  }

  private Decision decide(
      State current, Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    Set<Long> unknown = new HashSet<>();
    TableResolver shared = current.relations().on(raw, session, unknown::add);
    if (byTriggers) {
      // A table that is new to all has no triggers either.
      Observed resolver = new Observed(shared);
      CapturePlan plan =
          SeenByTriggers.plan(
              current.planner().plan(sql, keys, resolver, text -> labels(raw, text)), sql);
      return decided(current, session, sql, keys, plan, resolver, unknown);
    }
    if (session.schemaChanged()) {
      UncommittedTables own = new UncommittedTables(shared, current.tables(), raw, session, config);
      Observed resolver = new Observed(own);
      CapturePlan plan = current.planner().plan(sql, keys, resolver, text -> labels(raw, text));
      if (!own.met()) {
        return decided(current, session, sql, keys, plan, resolver, unknown);
      }
      UncommittedTables.plans(session).ifPresent(plans -> plans.keep(sql, keys, plan));
      return new Decision(plan, resolver.isNew ? unknown : Set.of());
    }
    Observed resolver = new Observed(shared);
    CapturePlan plan = current.planner().plan(sql, keys, resolver, text -> labels(raw, text));
    return decided(current, session, sql, keys, plan, resolver, unknown);
  }

  private Decision decided(
      State current,
      SessionNames session,
      String sql,
      RequestedKeys keys,
      CapturePlan plan,
      Observed resolver,
      Set<Long> unknown) {
    if (!resolver.asked) {
      current.plans().keep(sql, keys, plan);
    } else if (!unknown.isEmpty()) {
      stale = true;
    } else if (!resolver.unknown) {
      current.plans().keep(session, sql, keys, plan);
    }
    return new Decision(plan, unknown);
  }

  /** The labels that the server gives the columns of a statement, without running it. */
  private static List<String> labels(Connection raw, String sql) throws SQLException {
    try (PreparedStatement statement = raw.prepareStatement(sql)) {
      ResultSetMetaData columns = statement.getMetaData();
      List<String> labels = new ArrayList<>();
      for (int i = 1; columns != null && i <= columns.getColumnCount(); i++) {
        labels.add(columns.getColumnLabel(i));
      }
      return labels;
    }
  }
}
