package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** Tables of every shape, written through the DataSource, are equal on both sides afterwards. */
@WithDatabases
class ShapesTest {
  private final TestDatabases dbs;

  ShapesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private void write(MigrationConfig config, String... statements) throws SQLException {
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(config)
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      for (String statement : statements) {
        s.execute(statement);
      }
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
    }
  }

  private static MigrationConfig config() {
    return MigrationConfig.builder("test").build();
  }

  @Test
  void compositeKeysInQuotedMixedCaseNamesThatChange() throws Exception {
    dbs.executeOnBoth(
        "CREATE SCHEMA \"My App\"",
        "CREATE TABLE \"My App\".\"Order Items\" (\"Order\" int, \"select\" text, \"Qty\" numeric(10,2), PRIMARY KEY (\"Order\", \"select\"))");
    write(
        config(),
        "INSERT INTO \"My App\".\"Order Items\" VALUES (1, 'a', 1.5), (1, 'B \"x\"', 2), (2, 'a', NULL)",
        "UPDATE \"My App\".\"Order Items\" SET \"Order\" = \"Order\" + 10 WHERE \"Order\" = 1",
        "SET search_path = \"My App\"",
        "UPDATE \"Order Items\" SET \"select\" = 'ö', \"Qty\" = 3 WHERE \"select\" = 'a'",
        "DELETE FROM \"Order Items\" AS o USING \"Order Items\" p WHERE o.\"Order\" = 2 AND p.\"Order\" = 11");
    dbs.assertSameRows("SELECT * FROM \"My App\".\"Order Items\" ORDER BY 1, 2");
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM \"My App\".\"Order Items\""))
        .isEqualTo("2");
  }

  @Test
  void partitionedTablesAndRowsThatMoveBetweenPartitions() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE m (device int, ts timestamptz, v float8, PRIMARY KEY (device, ts)) PARTITION BY RANGE (ts)",
        "CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
        "CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')");
    write(
        config(),
        "SET TimeZone = 'Asia/Kathmandu'",
        "SET DateStyle = 'ISO, DMY'",
        "INSERT INTO m SELECT i % 3, timestamptz '2024-01-15 00:00:00.000001Z' + i * interval '1 hour', i FROM generate_series(1, 500) i",
        "INSERT INTO m_1 VALUES (9, '2024-01-02 03:04:05.678901Z', 'NaN')",
        "UPDATE m SET ts = ts + interval '20 days' WHERE device = 9",
        "UPDATE m SET v = '-0' WHERE device = 1",
        "DELETE FROM m_2 WHERE device = 2");
    dbs.assertSameRows("SELECT * FROM m ORDER BY 1, 2");
  }

  @Test
  void renamedReorderedIgnoredAndDifferentlyTypedColumns() throws Exception {
    dbs.execute(
        dbs.source(),
        "CREATE TABLE metrics (dev int, ts timestamp, value numeric, note varchar(10), loaded_at timestamptz DEFAULT now(), PRIMARY KEY (dev, ts))");
    dbs.execute(
        dbs.target(),
        "CREATE SCHEMA ts",
        "CREATE TABLE ts.metrics (note text, ts timestamp, device_id bigint, value float8, extra int DEFAULT 7, PRIMARY KEY (device_id, ts))");
    MigrationConfig config =
        MigrationConfig.parse(
            """
            migration: test
            source: {url: "jdbc:postgresql://localhost/x"}
            target: {url: "jdbc:postgresql://localhost/y"}
            tables:
              overrides:
                public.metrics:
                  target: ts.metrics
                  columns: {dev: device_id}
                  ignore-columns: [loaded_at]
            """,
            "test.yaml",
            name -> null);
    write(
        config,
        "INSERT INTO metrics (dev, ts, value, note) VALUES (1, '2024-01-01', 1.5, 'a'), (2, 'infinity', 'NaN', NULL)",
        "UPDATE metrics SET value = value * 2, note = 'b' WHERE dev = 1",
        "DELETE FROM metrics WHERE dev = 3");
    dbs.assertSameRows(
        "SELECT dev, ts, value::float8, note FROM metrics ORDER BY 1",
        "SELECT device_id, ts, value, note FROM ts.metrics ORDER BY 1");
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM ts.metrics WHERE extra = 7"))
        .isEqualTo("2");
  }

  @Test
  void defaultsTriggersSequencesAndGeneratedColumnsAgreeByConstruction() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text DEFAULT md5(random()::text), at timestamptz DEFAULT"
            + " clock_timestamp(), n int, twice int GENERATED ALWAYS AS (n * 2) STORED)");
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.code := NEW.code || '!'; RETURN NEW; END $$",
        "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION stamp()");
    write(
        config(),
        "INSERT INTO item (n) SELECT i FROM generate_series(1, 100) i",
        "UPDATE item SET n = n + floor(random() * 100)::int",
        "INSERT INTO item (n) VALUES (1) RETURNING id, twice");
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
  }

  @Test
  void selfReferencesAndUpserts() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node ON DELETE CASCADE, name text UNIQUE)");
    write(
        config(),
        "INSERT INTO node VALUES (1, NULL, 'root')",
        "INSERT INTO node SELECT i, i / 2, 'n' || i FROM generate_series(2, 200) i",
        "INSERT INTO node VALUES (5, 1, 'five'), (500, 5, 'new') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name",
        "INSERT INTO node VALUES (5, 1, 'never') ON CONFLICT DO NOTHING",
        "UPDATE node SET up = 1 WHERE id > 100");
    dbs.assertSameRows("SELECT * FROM node ORDER BY id");
  }

  @Test
  void tablesWithoutAKeyByRanges() throws Exception {
    dbs.executeOnBoth("CREATE TABLE log (at timestamptz, line text)", "CREATE TABLE bag (a int)");
    MigrationConfig config =
        MigrationConfig.parse(
            """
            migration: test
            source: {url: "jdbc:postgresql://localhost/x"}
            target: {url: "jdbc:postgresql://localhost/y"}
            tables:
              overrides:
                public.log: {keyless: ranges, time-column: at}
                public.bag: {keyless: ranges}
            """,
            "test.yaml",
            name -> null);
    write(
        config,
        "INSERT INTO log SELECT timestamptz '2024-01-01Z' + i * interval '1 hour', 'x' FROM generate_series(1, 100) i",
        "INSERT INTO log VALUES ('2024-01-01Z', 'x'), ('2024-01-01Z', 'x'), (NULL, 'no time')",
        "DELETE FROM log WHERE at < '2024-01-02Z'",
        "UPDATE log SET line = 'y', at = at + interval '1 day' WHERE at > '2024-01-04Z'",
        "INSERT INTO bag VALUES (1), (1), (2)",
        "DELETE FROM bag WHERE a = 2");
    dbs.assertSameRows("SELECT * FROM log ORDER BY 1, 2");
    dbs.assertSameRows("SELECT * FROM bag ORDER BY 1");
  }

  @Test
  @Guarantee("G3")
  void whatRollsBackNeverArrives() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    write(
        config(),
        "BEGIN",
        "INSERT INTO item VALUES (1)",
        "SAVEPOINT a",
        "INSERT INTO item VALUES (2)",
        "ROLLBACK TO a",
        "COMMIT",
        "BEGIN",
        "INSERT INTO item VALUES (3)",
        "ROLLBACK");
    assertThat(dbs.query(dbs.target(), "SELECT id FROM item"))
        .hasSize(1)
        .first()
        .asList()
        .containsExactly("1");
  }

  @Test
  void truncateOfParentAndChildren() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)",
        "INSERT INTO p SELECT generate_series(1, 1200)",
        "INSERT INTO c SELECT i, i FROM generate_series(1, 1200) i");
    write(
        config(),
        "TRUNCATE p CASCADE",
        "INSERT INTO p VALUES (5000)",
        "INSERT INTO c VALUES (1, 5000)");
    dbs.assertSameRows("SELECT * FROM p ORDER BY 1");
    dbs.assertSameRows("SELECT * FROM c ORDER BY 1");
  }
}
