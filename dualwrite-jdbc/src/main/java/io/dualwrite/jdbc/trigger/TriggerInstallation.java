package io.dualwrite.jdbc.trigger;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Installs and removes capture by triggers in the source. Each table is done in a transaction of
 * its own; interrupted or run twice, also at once, it does what is left to do.
 *
 * <p>A table that gets its triggers is locked against writes for that moment, so that every
 * transaction is either over or captured. What was written before, since the last installation, is
 * a gap.
 */
public final class TriggerInstallation {
  private final Connection connection;
  private final MigrationConfig config;
  private final String schema;
  private final TriggerNames names;
  private final PatientDdl ddl;
  private final TriggerGaps gaps;

  /** Over a connection to the source with auto-commit on, whose user owns the tables. */
  public TriggerInstallation(Connection connection, MigrationConfig config) {
    this.connection = connection;
    this.config = config;
    this.schema = config.journal().schema();
    this.names = new TriggerNames(schema);
    this.ddl = new PatientDdl(connection, schema);
    this.gaps = new TriggerGaps(config);
  }

  /**
   * What an installation has done.
   *
   * @param installed the tables and partitions that got triggers
   * @param removed those that are not mirrored by triggers any more, and had some
   * @param failures why others did not
   * @param coverage how it is now
   */
  public record Installed(
      List<String> installed, List<String> removed, List<String> failures, Coverage coverage) {}

  /** Installs what is missing, puts right what differs. The control schema is there. */
  public Installed install() throws SQLException {
    String began = ask("SELECT pg_catalog.clock_timestamp()::text");
    WantedTriggers wanted = wanted();
    ddl.run(
        statement -> {
          control(statement);
          functions(statement, wanted);
          return true;
        });
    List<String> done = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    InstalledTriggers before = InstalledTriggers.read(connection, schema);
    for (RelationTriggers relation : wanted.relations()) {
      if (!wanted.wrong(relation, before).isEmpty()) {
        try {
          if (ddl.run(statement -> install(statement, wanted, relation))) {
            done.add(relation.name().toString());
          }
        } catch (SQLException e) {
          failures.add(relation.name() + ": " + Failures.describe(e));
        }
      }
    }
    List<String> removed = removeUnwanted(wanted, before, failures);
    Coverage coverage = wanted.compare(connection);
    ddl.run(
        statement -> {
          gaps.follow(connection, coverage);
          statement.execute(
              "UPDATE "
                  + names.sql("control")
                  + " SET captured_at = "
                  + Identifiers.literal(began)
                  + "::timestamptz WHERE migration = "
                  + Identifiers.literal(config.migration()));
          return true;
        });
    dropUnused(wanted);
    return new Installed(List.copyOf(done), removed, List.copyOf(failures), coverage);
  }

  /** The statements that an installation would run now. */
  public List<String> print() throws SQLException {
    WantedTriggers wanted = wanted();
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    List<String> statements = new ArrayList<>(ControlTrigger.columns(names));
    if (!there.followsControl()) {
      statements.addAll(ControlTrigger.create(names));
    }
    Set<String> functions = new LinkedHashSet<>();
    List<String> triggers = new ArrayList<>();
    for (RelationTriggers relation : wanted.relations()) {
      Map<CaptureEvent, String> wrong = wanted.wrong(relation, there);
      wrong.keySet().forEach(event -> functions.addAll(create(relation.function(event))));
      if (!wrong.isEmpty()) {
        triggers.addAll(drop(relation, wrong.keySet(), there));
        triggers.addAll(relation.create(names, wrong.keySet()));
      }
    }
    statements.addAll(functions);
    statements.addAll(triggers);
    statements.add(
        "UPDATE "
            + names.sql("control")
            + " SET captured_at = pg_catalog.clock_timestamp() WHERE captured_at IS NULL");
    return statements;
  }

  /**
   * Removes all of it, triggers first.
   *
   * @return the tables and partitions that had triggers
   */
  public List<String> remove() throws SQLException {
    List<String> removed = new ArrayList<>();
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    for (List<InstalledTriggers.Installed> triggers : there.byRelation().values()) {
      removed.add(drop(triggers));
    }
    if (there.followsControl() || there.functions().containsKey(ControlTrigger.NAME)) {
      ddl.run(
          statement -> {
            for (String sql : ControlTrigger.drop(names)) {
              statement.execute(sql);
            }
            for (String function : there.functions().keySet()) {
              statement.execute("DROP FUNCTION IF EXISTS " + names.sql(function) + "()");
            }
            gaps.endHoles(connection, List.of());
            return true;
          });
    }
    removed.sort(String::compareTo);
    return removed;
  }

  private String drop(List<InstalledTriggers.Installed> triggers) throws SQLException {
    String relation = triggers.get(0).relation();
    return ddl.run(
        statement -> {
          for (InstalledTriggers.Installed trigger : triggers) {
            statement.execute(
                "DROP TRIGGER IF EXISTS " + Identifiers.quote(trigger.name()) + " ON " + relation);
          }
          return relation;
        });
  }

  /** Of tables that are excluded by now, or whose statements would fail for a foreign partition. */
  private List<String> removeUnwanted(
      WantedTriggers wanted, InstalledTriggers there, List<String> failures) {
    List<String> removed = new ArrayList<>();
    Set<Long> kept = new HashSet<>();
    wanted.relations().forEach(relation -> kept.add(relation.oid()));
    there
        .byRelation()
        .forEach(
            (oid, triggers) -> {
              if (!kept.contains(oid)) {
                try {
                  removed.add(drop(triggers));
                } catch (SQLException e) {
                  failures.add(triggers.get(0).relation() + ": " + Failures.describe(e));
                }
              }
            });
    removed.sort(String::compareTo);
    return List.copyOf(removed);
  }

  private WantedTriggers wanted() throws SQLException {
    Catalog catalog = Catalog.read(connection, schema);
    CapturedTables tables = CapturedTables.of(Side.SOURCE, catalog, config);
    tables.throwOnProblems();
    return WantedTriggers.of(schema, config.migration(), catalog, tables);
  }

  /**
   * Only where something is missing: every capturing transaction holds a lock on the control table.
   */
  private void control(Statement statement) throws SQLException {
    if (!TriggerGaps.isPossible(connection, schema)) {
      for (String sql : ControlTrigger.columns(names)) {
        statement.execute(sql);
      }
    }
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    if (!there.followsControl()) {
      statement.execute(
          "DROP TRIGGER IF EXISTS " + ControlTrigger.NAME + " ON " + names.sql("control"));
      for (String sql : ControlTrigger.create(names)) {
        statement.execute(sql);
      }
    } else if (!ControlTrigger.body(names).equals(there.functions().get(ControlTrigger.NAME))
        || there.unable().containsKey(ControlTrigger.NAME)) {
      statement.execute(ControlTrigger.function(names));
    }
  }

  private void functions(Statement statement, WantedTriggers wanted) throws SQLException {
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    Set<String> made = new HashSet<>();
    for (RelationTriggers relation : wanted.relations()) {
      for (CaptureFunction function : relation.functions().values()) {
        if (!there.isWhole(function) && made.add(function.name())) {
          for (String sql : create(function)) {
            statement.execute(sql);
          }
        }
      }
    }
  }

  private List<String> create(CaptureFunction function) {
    return List.of(
        function.create(names),
        "REVOKE EXECUTE ON FUNCTION " + names.sql(function.name()) + "() FROM PUBLIC");
  }

  /** Whether there was anything to do, now that nobody else does it. */
  private boolean install(Statement statement, WantedTriggers wanted, RelationTriggers relation)
      throws SQLException {
    Map<CaptureEvent, String> wrong =
        wanted.wrong(relation, InstalledTriggers.read(connection, schema));
    if (wrong.isEmpty()) {
      return false;
    }
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    List<String> drops = drop(relation, wrong.keySet(), there);
    statement.execute(
        "LOCK TABLE ONLY "
            + relation.name().sql()
            + (drops.isEmpty() ? " IN SHARE ROW EXCLUSIVE MODE" : " IN ACCESS EXCLUSIVE MODE"));
    for (String sql : drops) {
      statement.execute(sql);
    }
    for (String sql : relation.create(names, wrong.keySet())) {
      statement.execute(sql);
    }
    if (!wanted.unable(relation, there).isEmpty()) {
      gaps.recordHoleFilled(connection, relation.table().journalName());
    }
    return true;
  }

  private List<String> drop(
      RelationTriggers relation, Set<CaptureEvent> events, InstalledTriggers there) {
    List<String> drops = new ArrayList<>();
    for (InstalledTriggers.Installed trigger :
        there.byRelation().getOrDefault(relation.oid(), List.of())) {
      if (events.stream().anyMatch(event -> names.trigger(event).equals(trigger.name()))) {
        drops.add(
            "DROP TRIGGER " + Identifiers.quote(trigger.name()) + " ON " + relation.name().sql());
      }
    }
    return drops;
  }

  /** Functions of keys that no table has any more. One that is in use after all stays. */
  private void dropUnused(WantedTriggers wanted) throws SQLException {
    InstalledTriggers there = InstalledTriggers.read(connection, schema);
    Set<String> used = new HashSet<>();
    used.add(ControlTrigger.NAME);
    wanted.relations().forEach(r -> r.functions().values().forEach(f -> used.add(f.name())));
    there.byRelation().values().forEach(ts -> ts.forEach(t -> used.add(t.function())));
    for (String function : there.functions().keySet()) {
      if (!used.contains(function)) {
        ddl.run(s -> s.execute("DROP FUNCTION IF EXISTS " + names.sql(function) + "()"));
      }
    }
  }

  private String ask(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
