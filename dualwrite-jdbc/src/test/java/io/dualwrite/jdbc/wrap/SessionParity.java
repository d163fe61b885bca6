package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Plays a scene on bare connections to one database and then, as if nothing had been, on wrapped
 * ones to the other, and compares what was seen and what is left.
 */
final class SessionParity {
  private static final String[] SCHEMA = {
    "CREATE SCHEMA app",
    "CREATE TABLE item (id int PRIMARY KEY, name text, n int NOT NULL DEFAULT 0)",
    "CREATE TABLE app.item (id int PRIMARY KEY, name text, n int NOT NULL DEFAULT 0)",
    "CREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item DEFERRABLE, pos int UNIQUE DEFERRABLE)",
    "CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'part %', NEW.id; RETURN NEW; END $$",
    "CREATE TRIGGER noticed BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION noticed()",
    "CREATE FUNCTION hide_item() RETURNS void LANGUAGE sql AS 'CREATE TEMP TABLE item (id int, extra text)'",
  };
  private static final String[] ROWS = {
    "SELECT * FROM public.item ORDER BY id",
    "SELECT * FROM app.item ORDER BY id",
    "SELECT * FROM public.part ORDER BY id"
  };

  private final TestDatabases dbs;
  private final MigrationConfig config;

  SessionParity(TestDatabases dbs) throws SQLException {
    this(dbs, MigrationConfig.builder("test").build());
  }

  SessionParity(TestDatabases dbs, MigrationConfig config) throws SQLException {
    this.dbs = dbs;
    this.config = config;
    dbs.executeOnBoth(SCHEMA);
  }

  /** Part of an application; notes what it sees. */
  interface Scene {
    void play(DataSource database, List<Object> seen) throws Exception;
  }

  /** Part of an application that needs one connection. */
  interface OneConnection {
    void play(Connection connection, Statement statement, List<Object> seen) throws Exception;
  }

  void compareOne(OneConnection scene) throws Exception {
    compare(
        (database, seen) -> {
          try (Connection connection = database.getConnection();
              Statement statement = connection.createStatement()) {
            scene.play(connection, statement, seen);
          }
        });
  }

  /** Part of an application that needs two connections. */
  interface TwoConnections {
    void play(
        Connection connection,
        Statement statement,
        Connection other,
        Statement otherStatement,
        List<Object> seen)
        throws Exception;
  }

  void compareTwo(TwoConnections scene) throws Exception {
    compare(
        (database, seen) -> {
          try (Connection connection = database.getConnection();
              Statement statement = connection.createStatement();
              Connection other = database.getConnection();
              Statement otherStatement = other.createStatement()) {
            scene.play(connection, statement, other, otherStatement, seen);
          }
        });
  }

  void compare(Scene scene) throws Exception {
    List<Object> bare = new ArrayList<>();
    reset(dbs.source());
    reset(dbs.target());
    scene.play(dbs.target(), bare);
    List<Object> left = rows(dbs.target());
    reset(dbs.target());
    List<Object> wrapped = new ArrayList<>();
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(config)
            .source(dbs.source())
            .target(dbs.target())
            .build()) {
      scene.play(ds, wrapped);
      assertThat(wrapped).isEqualTo(bare).isNotEmpty();
      assertThat(rows(dbs.source())).isEqualTo(left);
      assertThat(ds.migration().describe()).isEqualTo("mirroring");
      for (String query : ROWS) {
        dbs.awaitSameRows(query);
      }
    }
  }

  private void reset(DataSource database) throws SQLException {
    dbs.execute(
        database,
        "TRUNCATE public.item, app.item, public.part",
        "INSERT INTO public.item SELECT i, 'item ' || i FROM generate_series(1, 5) i",
        "INSERT INTO app.item SELECT i, 'app ' || i FROM generate_series(1, 5) i",
        "SET client_min_messages = error",
        "INSERT INTO public.part SELECT i, i, i FROM generate_series(1, 5) i");
  }

  private List<Object> rows(DataSource database) throws SQLException {
    List<Object> rows = new ArrayList<>();
    for (String query : ROWS) {
      rows.add(dbs.query(database, query));
    }
    return rows;
  }
}
