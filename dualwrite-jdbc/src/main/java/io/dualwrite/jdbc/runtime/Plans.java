package io.dualwrite.jdbc.runtime;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.CapturePlanner;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.resolve.Relations;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The plan of each SQL text, decided once per text, search path and state of the schema. A plan
 * that depends on no name is kept for all search paths.
 */
final class Plans {
  /**
   * Texts kept per state of the schema; an application that makes up ever new texts starts over at
   * this many.
   */
  private static final int MOST_TEXTS = 20_000;

  private final DataSource primary;
  private final MigrationConfig config;
  private final Side side;
  private volatile State state;
  private volatile boolean stale;

  private record Key(String sql, RequestedKeys keys) {}

  /** All that one reading of the catalog led to. */
  private record State(
      Catalog catalog,
      CapturedTables tables,
      Relations relations,
      CapturePlanner planner,
      Map<Key, CapturePlan> everywhere,
      Map<String, Map<Key, CapturePlan>> bySearchPath) {}

  /** Plans for one session alone, by one thread at a time. */
  private record OfSession(State state, Map<Key, CapturePlan> plans) {}

  Plans(DataSource primary, MigrationConfig config, Side side) throws SQLException {
    this.primary = primary;
    this.config = config;
    this.side = side;
    this.state = read();
  }

  private State read() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      Catalog catalog = Catalog.read(connection, config.journal().schema());
      CapturedTables tables = CapturedTables.of(side, catalog, config);
      return new State(
          catalog,
          tables,
          new Relations(catalog, tables, config, () -> stale = true),
          new CapturePlanner(config.journal().schema(), catalog.serverVersion()),
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>());
    }
  }

  /**
   * Reads the catalog again; plans made until then are forgotten. One at a time, so that an older
   * reading never takes the place of a newer one.
   */
  synchronized void refresh() throws SQLException {
    stale = false;
    state = read();
  }

  /** Reads the catalog again if the schema has changed since. */
  void refreshIfChanged() throws SQLException {
    String now;
    try (Connection connection = primary.getConnection()) {
      now = Catalog.fingerprint(connection, config.journal().schema());
    }
    if (stale || !now.equals(state.catalog().fingerprint())) {
      refresh();
    }
  }

  /** Whether a relation was met that the catalog does not know. */
  boolean isStale() {
    return stale;
  }

  CapturedTables tables() {
    return state.tables();
  }

  Catalog catalog() {
    return state.catalog();
  }

  CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    State current = state;
    Key key = new Key(sql, keys);
    CapturePlan plan = known(current, session, key);
    return plan != null ? plan : decide(current, raw, session, key);
  }

  /** The plan if it was decided already. */
  @Nullable CapturePlan known(SessionNames session, String sql, RequestedKeys keys) {
    return known(state, session, new Key(sql, keys));
  }

  private static @Nullable CapturePlan known(State current, SessionNames session, Key key) {
    CapturePlan plan = current.everywhere().get(key);
    String path = session.searchPath();
    if (plan == null && path != null) {
      Map<Key, CapturePlan> some =
          session.temporaryTables()
              ? ofSession(current, session)
              : current.bySearchPath().get(path);
      return some == null ? null : some.get(key);
    }
    return plan;
  }

  /** Of a session whose temporary tables may hide others. */
  private static @Nullable Map<Key, CapturePlan> ofSession(State current, SessionNames session) {
    return session.known() instanceof OfSession known && known.state() == current
        ? known.plans()
        : null;
  }

  private CapturePlan decide(State current, Connection raw, SessionNames session, Key key)
      throws SQLException {
    Observed resolver = new Observed(current.relations().on(raw, session));
    CapturePlan plan =
        current.planner().plan(key.sql(), key.keys(), resolver, sql -> labels(raw, sql));
    String path = session.searchPath();
    if (!resolver.asked) {
      put(current.everywhere(), key, plan);
    } else if (!stale && path != null && !resolver.unknown) {
      put(plansOf(current, session, path), key, plan);
    }
    return plan;
  }

  private static Map<Key, CapturePlan> plansOf(State current, SessionNames session, String path) {
    if (!session.temporaryTables()) {
      return current.bySearchPath().computeIfAbsent(path, p -> new ConcurrentHashMap<>());
    }
    Map<Key, CapturePlan> known = ofSession(current, session);
    if (known != null) {
      return known;
    }
    OfSession begun = new OfSession(current, new HashMap<>());
    session.know(begun);
    return begun.plans();
  }

  private static void put(Map<Key, CapturePlan> plans, Key key, CapturePlan plan) {
    if (plans.size() >= MOST_TEXTS) {
      plans.clear();
    }
    plans.put(key, plan);
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
