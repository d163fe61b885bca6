package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.CapturePlanner;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.resolve.Relations;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A migration of real plans and a real journal, without delivery: a test looks at what is
 * journaled.
 */
final class PlannedMirroring implements Mirroring {
  /** Tables of the kinds that matter to the wrapper; what matters to capture is tested there. */
  static final String[] SCHEMA = {
    "CREATE TABLE orders (id bigserial PRIMARY KEY, code text UNIQUE, qty int, body bytea, doc jsonb, tags text[], at timestamptz)",
    "CREATE TABLE notes (id int PRIMARY KEY, note text)",
    "CREATE TABLE told (id int PRIMARY KEY)",
    "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'now %', NEW.id; RAISE WARNING 'careful'; RETURN NEW; END$$",
    "CREATE TRIGGER tell BEFORE INSERT OR UPDATE ON told FOR EACH ROW EXECUTE FUNCTION tell()",
    "CREATE TABLE other.plain (v text)",
    "CREATE FUNCTION numbers() RETURNS refcursor LANGUAGE plpgsql STABLE AS $$DECLARE c refcursor; BEGIN OPEN c FOR SELECT 1; RETURN c; END$$",
    "CREATE FUNCTION writes(int) RETURNS int LANGUAGE sql AS 'INSERT INTO other.plain VALUES ($1::text); SELECT $1'",
  };

  final List<String> events = new ArrayList<>();
  final SessionNames names = new SessionNames();
  volatile boolean active = true;

  private final DataSource source;
  private final TestDatabases dbs;
  private final FailurePolicy policy;
  private final Relations relations;
  private final CapturePlanner planner;
  private final Map<List<Object>, CapturePlan> plans = new HashMap<>();

  PlannedMirroring(TestDatabases dbs, FailurePolicy policy) throws SQLException {
    this.dbs = dbs;
    this.source = dbs.source();
    this.policy = policy;
    dbs.executeOnBoth("CREATE SCHEMA other");
    dbs.executeOnBoth(SCHEMA);
    dbs.execute(source, ControlSchema.ddl("dualwrite").toArray(new String[0]));
    try (Connection connection = source.getConnection()) {
      MigrationConfig config =
          MigrationConfig.builder("test")
              .failurePolicy(policy)
              .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of()))
              .build();
      Catalog catalog = Catalog.read(connection, "dualwrite");
      relations = new Relations(catalog, CapturedTables.of(Side.SOURCE, catalog, config), config);
      planner = new CapturePlanner("dualwrite", catalog.serverVersion());
    }
  }

  Connection connect() throws SQLException {
    return connect(source);
  }

  Connection connect(DataSource pool) throws SQLException {
    return DualConnection.wrap(pool.getConnection(), this, names);
  }

  /** The entries in order, {@code orders {1}}. */
  List<String> journal() throws SQLException {
    return dbs
        .query(
            source,
            "SELECT replace(table_name, 'public.', '') || ' ' || coalesce(key::text, 'all') FROM dualwrite.journal ORDER BY at")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  @Override
  public boolean active() {
    return active;
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    List<Object> key = List.of(sql, keys);
    CapturePlan plan = plans.get(key);
    if (plan == null) {
      plan =
          planner.plan(sql, keys, relations.on(raw, session, oid -> {}), text -> labels(raw, text));
      plans.put(key, plan);
    }
    return plan;
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return plans.get(List.of(sql, keys));
  }

  private static List<String> labels(Connection raw, String sql) throws SQLException {
    try (PreparedStatement statement = raw.prepareStatement(sql)) {
      ResultSetMetaData columns = statement.getMetaData();
      List<String> labels = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        labels.add(columns.getColumnLabel(i));
      }
      return labels;
    }
  }

  @Override
  public void unmirrored(CapturePlan.Unmirrored plan) {
    events.add("unmirrored " + plan.reason());
  }

  @Override
  public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    raw.commit();
    committed(transaction);
  }

  @Override
  public void committed(MirroredTransaction transaction) {
    transaction
        .tables()
        .forEach(
            table ->
                events.add(
                    transaction.policy()
                        + " "
                        + table.table().name().name()
                        + transaction.remembered(table).stream()
                            .map(key -> key.values())
                            .toList()));
  }

  @Override
  public boolean journalFailed(SQLException failure) {
    if ("42P01".equals(failure.getSQLState())
        && String.valueOf(failure.getMessage()).contains("dualwrite.journal")) {
      active = false;
      return true;
    }
    return false;
  }

  @Override
  public boolean outdated(CapturePlan.Captured plan, SQLException failure) {
    return false;
  }

  @Override
  public void schemaChanged() {
    plans.clear();
  }

  @Override
  public void bypass(String kind) {
    events.add("bypass " + kind);
  }

  @Override
  public void opened(OpenConnection connection) {}

  @Override
  public void closed(OpenConnection connection) {}

  FailurePolicy policy() {
    return policy;
  }
}
