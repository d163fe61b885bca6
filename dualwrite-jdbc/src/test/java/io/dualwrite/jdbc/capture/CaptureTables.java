package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.resolve.Relations;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.trigger.TriggerInstallation;
import io.dualwrite.jdbc.wrap.SessionNames;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A database with tables of every kind, and the planner over it. */
final class CaptureTables {
  static final List<String> TABLES =
      List.of(
          "orders",
          "app.\"Order Items\"",
          "parts",
          "ranged",
          "whole",
          "audit",
          "app.stock",
          "child");

  static final String JOURNAL =
      "SELECT concat_ws(' ', table_name, key, coalesce(to_char(range_from::timestamptz AT TIME ZONE 'UTC', '[HH24:MI]')))"
          + " FROM dualwrite.journal";

  private static final String[] DDL = {
    "CREATE SCHEMA app",
    "CREATE TABLE orders (id serial PRIMARY KEY, code text UNIQUE, qty int, tags jsonb, at timestamptz DEFAULT now())",
    "CREATE TABLE child (id int PRIMARY KEY, order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE app.\"Order Items\" (\"Order Id\" int, \"lineNo\" int, note text, PRIMARY KEY (\"Order Id\", \"lineNo\"))",
    "CREATE TABLE app.stock (sku char(4) PRIMARY KEY, loc date NOT NULL, n numeric, doubled numeric GENERATED ALWAYS AS (n * 2) STORED)",
    "CREATE TABLE parts (id int, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2024-01-01')",
    "CREATE TABLE parts_new (v text, at date NOT NULL, id int NOT NULL)",
    "ALTER TABLE parts ATTACH PARTITION parts_new FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)",
    "CREATE TABLE ranged (at timestamptz, v int)",
    "CREATE TABLE whole (v int, w text)",
    "CREATE TABLE audit (id int, what text)",
    "CREATE TABLE app.parts (id int, at date)",
    "INSERT INTO app.parts VALUES (2, '2024-01-01')",
    "CREATE VIEW order_view AS SELECT * FROM orders",
    "CREATE FUNCTION writes(int) RETURNS int LANGUAGE sql AS 'INSERT INTO audit VALUES ($1) RETURNING id'",
    "CREATE FUNCTION reads(int) RETURNS int STABLE LANGUAGE sql AS 'SELECT $1'",
    "INSERT INTO orders (code, qty, tags) SELECT 'c' || i, i, jsonb_build_object('a', i) FROM generate_series(1, 9) i",
    "INSERT INTO child SELECT i, i FROM generate_series(1, 3) i",
    "INSERT INTO app.\"Order Items\" SELECT i, j, 'n' FROM generate_series(1, 3) i, generate_series(1, 2) j",
    "INSERT INTO app.stock SELECT 's' || i, date '2024-01-01' + i, i / 2.0 FROM generate_series(1, 5) i",
    "INSERT INTO parts SELECT i, date '2023-12-29' + i, 'p' || i FROM generate_series(1, 6) i",
    "INSERT INTO ranged SELECT timestamptz '2024-01-01 00:00Z' + i * interval '1 hour', i FROM generate_series(1, 5) i",
    "INSERT INTO ranged VALUES (NULL, 9)",
    "INSERT INTO whole SELECT i, 'w' FROM generate_series(1, 4) i",
    "INSERT INTO audit SELECT i, 'a' || i FROM generate_series(1, 5) i",
  };

  private final MigrationConfig config;
  private final Relations relations;
  private final CapturePlanner planner;

  CaptureTables(TestDatabases dbs) throws SQLException {
    dbs.execute(dbs.source(), DDL);
    dbs.execute(dbs.source(), ControlSchema.ddl("dualwrite").toArray(new String[0]));
    try (Connection connection = dbs.source().getConnection()) {
      TableOverride ranges = TableOverride.builder().keylessRanges(true).build();
      TableOverride ranged = TableOverride.builder().keylessRanges(true).timeColumn("at").build();
      config =
          MigrationConfig.builder("test")
              .tables(
                  new TablesConfig(
                      List.of("public.*", "app.*"),
                      List.of("public.audit"),
                      Map.of("public.ranged", ranged, "public.whole", ranges)))
              .build();
      Catalog catalog = Catalog.read(connection, "dualwrite");
      relations = new Relations(catalog, CapturedTables.of(Side.SOURCE, catalog, config), config);
      planner = new CapturePlanner("dualwrite", catalog.serverVersion());
    }
  }

  /** From now on triggers capture, too. */
  void installTriggers(TestDatabases dbs) throws SQLException {
    try (Connection connection = dbs.source().getConnection()) {
      assertThat(new TriggerInstallation(connection, config).install().coverage().complete())
          .isTrue();
    }
  }

  CapturePlan plan(Connection connection, String sql, RequestedKeys keys) throws SQLException {
    return planner.plan(
        sql,
        keys,
        relations.on(connection, new SessionNames(), oid -> {}),
        text -> labels(connection, text));
  }

  static List<String> labels(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      ResultSetMetaData columns = statement.getMetaData();
      List<String> labels = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        labels.add(columns.getColumnLabel(i));
      }
      return labels;
    }
  }
}
