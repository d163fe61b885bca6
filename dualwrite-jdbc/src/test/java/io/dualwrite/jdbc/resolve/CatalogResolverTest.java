package io.dualwrite.jdbc.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.wrap.SessionNames;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
@Guarantee("G8")
class CatalogResolverTest {
  private static final TablesConfig TABLES =
      new TablesConfig(List.of("public.*", "app.*"), List.of("public.audit"), Map.of());

  private final SessionNames session = new SessionNames();
  private final AtomicInteger stale = new AtomicInteger();
  private TestDatabases dbs;
  private Connection connection;
  private Statement statement;
  private TableResolver resolver;

  @BeforeEach
  void createTables(TestDatabases databases) throws SQLException {
    dbs = databases;
    dbs.execute(
        dbs.source(),
        "CREATE SCHEMA app",
        "CREATE TABLE orders (id int PRIMARY KEY)",
        "CREATE TABLE app.orders (id int PRIMARY KEY)",
        "CREATE TABLE app.\"Order Items\" (id int PRIMARY KEY, order_id int REFERENCES orders)",
        "CREATE TABLE app.notes (id int PRIMARY KEY, item int REFERENCES app.\"Order Items\")",
        "CREATE TABLE audit (id int PRIMARY KEY)",
        "CREATE TABLE keyless (id int)",
        "CREATE TABLE ruled (id int PRIMARY KEY)",
        "CREATE RULE away AS ON DELETE TO ruled DO INSTEAD NOTHING",
        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)",
        "CREATE RULE away AS ON DELETE TO parts_2 DO INSTEAD NOTHING",
        "CREATE VIEW seen AS SELECT * FROM orders",
        "CREATE VIEW seen_audit AS SELECT * FROM audit",
        "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM orders",
        "CREATE FUNCTION app.writes() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA dualwrite",
        "CREATE TABLE dualwrite.journal (id int)");
    connection = dbs.source().getConnection();
    statement = connection.createStatement();
    resolver = resolver(MigrationConfig.builder("m").tables(TABLES).build(), Side.SOURCE);
  }

  @AfterEach
  void close() throws SQLException {
    statement.close();
    connection.close();
  }

  private TableResolver resolver(MigrationConfig config, Side side) throws SQLException {
    Catalog catalog = Catalog.read(connection, "dualwrite");
    return new Relations(catalog, CapturedTables.of(side, catalog, config), config)
        .on(connection, session, oid -> stale.incrementAndGet());
  }

  private String mirrored(String name) throws SQLException {
    return ((Relation.Mirrored) resolver.resolve(name)).table().journalName();
  }

  private String uncapturable(String name) throws SQLException {
    return ((Relation.Uncapturable) resolver.resolve(name)).reason();
  }

  @Test
  void namesMeanWhatTheyMeanInTheSession() throws SQLException {
    assertThat(mirrored("orders")).isEqualTo("public.orders");
    assertThat(mirrored("ORDERS")).isEqualTo("public.orders");
    assertThat(mirrored("App . Orders")).isEqualTo("app.orders");
    assertThat(mirrored("app.\"Order Items\"")).isEqualTo("app.Order Items");
    assertThat(mirrored(connection.getCatalog() + ".app.orders")).isEqualTo("app.orders");
    assertThat(resolver.resolve("elsewhere.app.orders")).isEqualTo(new Relation.Unknown());
    assertThat(resolver.resolve("\"Orders\"")).isEqualTo(new Relation.Unknown());
    assertThat(resolver.resolve("nowhere.orders")).isEqualTo(new Relation.Unknown());

    statement.execute("SET search_path = app, public");
    session.searchPath(null);
    assertThat(mirrored("orders")).isEqualTo("app.orders");
    assertThat(mirrored("parts")).isEqualTo("public.parts");

    statement.execute("SET search_path = public");
    session.searchPath(null);
    assertThat(mirrored("orders")).isEqualTo("public.orders");
  }

  @Test
  void whatIsMeantNotToBeMirroredPasses() throws SQLException {
    for (String name :
        List.of(
            "audit",
            "pg_class",
            "information_schema.tables",
            "dualwrite.journal",
            "seen_audit",
            "counted")) {
      assertThat(resolver.resolve(name)).as(name).isEqualTo(new Relation.NotMirrored());
    }
  }

  @Test
  void whatCannotBeCapturedSaysWhy() throws SQLException {
    assertThat(uncapturable("keyless")).isEqualTo("no-key");
    assertThat(uncapturable("ruled")).isEqualTo("rule");
    assertThat(uncapturable("seen")).isEqualTo("view");
    assertThat(uncapturable("parts_2")).isEqualTo("rule");
    assertThat(uncapturable("U&\"d\\0061ta\"")).isEqualTo("name");
    assertThat(mirrored("parts_1")).isEqualTo("public.parts");
  }

  @Test
  void temporaryTablesHideOthersOnTheirConnectionAlone() throws SQLException {
    assertThat(mirrored("orders")).isEqualTo("public.orders");
    statement.execute("CREATE TEMPORARY TABLE orders (id int)");
    session.createdTemporaryTable();
    session.searchPath(null);
    assertThat(resolver.resolve("orders")).isEqualTo(new Relation.Temporary());
    assertThat(resolver.resolve("pg_temp.orders")).isEqualTo(new Relation.Temporary());
    statement.execute("DROP TABLE pg_temp.orders");
    assertThat(mirrored("orders")).isEqualTo("public.orders");
  }

  @Test
  void behindATemporaryViewMayStandAnything() throws SQLException {
    statement.execute("CREATE TEMPORARY VIEW orders AS SELECT * FROM public.orders");
    session.createdTemporaryTable();
    session.searchPath(null);
    assertThat(uncapturable("orders")).isEqualTo("view");
    assertThat(mirrored("public.orders")).isEqualTo("public.orders");
  }

  @Test
  void aLookUpNeverAbortsTheTransaction() throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE SCHEMA closed",
        "CREATE TABLE closed.t (id int)",
        "CREATE ROLE stranger_" + connection.getCatalog(),
        "GRANT SELECT ON orders TO stranger_" + connection.getCatalog());
    connection.setAutoCommit(false);
    statement.execute("SET LOCAL ROLE stranger_" + connection.getCatalog());
    session.searchPath(null);
    for (String name :
        List.of(
            "closed.t",
            "nowhere.t",
            "a.b.c",
            "a.b.c.d",
            "\"",
            "\"\"",
            "a b",
            "",
            "pg_temp.x",
            "x".repeat(200))) {
      resolver.resolve(name);
      resolver.cascade(name);
    }
    statement.execute("SELECT 1");
    connection.rollback();
  }

  @Test
  void anAbortedTransactionAnswersForItself() throws SQLException {
    connection.setAutoCommit(false);
    assertThatThrownBy(() -> statement.execute("SELECT 1/0")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> resolver.resolve("orders"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
    connection.rollback();
    assertThat(mirrored("orders")).isEqualTo("public.orders");
  }

  @Test
  void missingPrivilegesAreNamedBeforeTheFirstWriteFails() throws SQLException {
    String role = "writer_" + connection.getCatalog();
    dbs.execute(
        dbs.source(),
        "CREATE ROLE " + role,
        "GRANT USAGE ON SCHEMA dualwrite, app TO " + role,
        "GRANT INSERT ON orders, app.orders TO " + role,
        "GRANT SELECT (id) ON app.orders TO " + role);
    statement.execute("SET ROLE " + role);
    session.searchPath(null);
    assertThat(((Relation.Uncapturable) resolver.resolve("orders")).explanation())
        .contains("may not read the key of public.orders")
        .contains("GRANT SELECT (\"id\") ON \"public\".\"orders\"");
    assertThat(((Relation.Uncapturable) resolver.resolve("app.orders")).explanation())
        .contains(
            "The role \"" + role + "\" may not write the journal. Grant it: GRANT USAGE ON SCHEMA",
            "; GRANT INSERT ON \"dualwrite\".journal TO \"" + role + "\".");

    statement.execute("RESET ROLE");
    session.searchPath(null);
    assertThat(mirrored("orders")).isEqualTo("public.orders");

    String before = Catalog.fingerprint(connection, "dualwrite");
    statement.execute("GRANT INSERT ON dualwrite.journal TO " + role);
    assertThat(Catalog.fingerprint(connection, "dualwrite")).isNotEqualTo(before);
    resolver = resolver(MigrationConfig.builder("m").tables(TABLES).build(), Side.SOURCE);
    statement.execute("SET ROLE " + role);
    session.searchPath(null);
    assertThat(mirrored("app.orders")).isEqualTo("app.orders");
  }

  @Test
  void relationsCreatedSinceTheCatalogWasReadAreNotPassedBy() throws SQLException {
    statement.execute("CREATE TABLE later (id int PRIMARY KEY)");
    statement.execute("CREATE TABLE parts_3 PARTITION OF parts FOR VALUES FROM (20) TO (30)");
    assertThat(uncapturable("later")).isEqualTo("new");
    assertThat(uncapturable("parts_3")).isEqualTo("new");
    assertThat(stale).hasValue(2);

    resolver = resolver(MigrationConfig.builder("m").tables(TABLES).build(), Side.SOURCE);
    assertThat(mirrored("later")).isEqualTo("public.later");
    assertThat(mirrored("parts_3")).isEqualTo("public.parts");
  }

  @Test
  void truncateCascadesToEverythingThatRefers() throws SQLException {
    assertThat(resolver.cascade("orders"))
        .extracting(CapturedTable::journalName)
        .containsExactlyInAnyOrder("app.Order Items", "app.notes");
    assertThat(resolver.cascade("app.notes")).isEmpty();
  }

  @Test
  void functionsOfUsersMayWrite() throws SQLException {
    assertThat(resolver.mayWrite("app.writes")).isTrue();
    assertThat(resolver.mayWrite("WRITES")).isTrue();
    assertThat(resolver.mayWrite("pg_catalog.now")).isFalse();
    assertThat(resolver.mayWrite("now")).isFalse();
  }

  @Test
  void theTargetAsPrimaryKeepsTheSourcesNames() throws SQLException {
    TablesConfig tables =
        new TablesConfig(
            List.of("old.*"),
            List.of(),
            Map.of("old.sales", TableOverride.builder().target("app.orders").build()));
    resolver = resolver(MigrationConfig.builder("m").tables(tables).build(), Side.TARGET);
    assertThat(mirrored("app.orders")).isEqualTo("old.sales");
    assertThat(resolver.resolve("orders")).isEqualTo(new Relation.NotMirrored());
    statement.execute("CREATE VIEW v AS SELECT * FROM app.orders");
    resolver = resolver(MigrationConfig.builder("m").tables(tables).build(), Side.TARGET);
    assertThat(uncapturable("v")).isEqualTo("view");
  }
}
