package io.dualwrite.reconciler.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Servers, users and their privileges. */
@WithDatabases
class InspectServersTest {
  private static final String ROLE = "inspected";

  private final TestDatabases dbs;
  private final Inspected here;
  private final String role;

  InspectServersTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.here = Inspected.of(dbs);
    this.role = ROLE + "_" + dbs.database();
  }

  /** A user without any privileges on both servers. */
  private void role() throws SQLException {
    here.both(
        "create role " + role + " login password 'x'",
        "revoke all on database " + dbs.database() + " from public",
        "grant connect on database " + dbs.database() + " to " + role);
  }

  @AfterEach
  void dropRole() throws SQLException {
    here.both(
        "do $$ begin if exists (select from pg_roles where rolname = '"
            + role
            + "') then drop owned by "
            + role
            + "; drop role "
            + role
            + "; end if; end $$");
  }

  private PGSimpleDataSource as(String url) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(url);
    database.setUser(role);
    database.setPassword("x");
    return database;
  }

  private List<Finding> asRole(Inspected inspected) {
    return new Reconciler(
            inspected.config(),
            as(dbs.sourceServer().jdbcUrl(dbs.database())),
            as(dbs.targetServer().jdbcUrl(dbs.database())))
        .inspect(new InspectOptions(List.of(), 4))
        .findings();
  }

  private static Finding one(List<Finding> findings, String code) {
    assertThat(findings).extracting(Finding::code).contains(code);
    return findings.stream().filter(f -> f.code().equals(code)).findFirst().orElseThrow();
  }

  @Test
  void missingPrivilegesAreNamedWithTheirGrants() throws SQLException {
    here.both(
        "create schema app",
        "create table app.t (id int primary key)",
        "create table app.u (id int primary key)");
    role();

    List<Finding> found = asRole(here);

    assertThat(one(found, "source-schema-privilege").fix())
        .contains("GRANT USAGE ON SCHEMA \"app\" TO \"" + role + "\";");
    assertThat(one(found, "source-privilege").fix())
        .contains("GRANT SELECT ON \"app\".\"t\", \"app\".\"u\" TO \"" + role + "\";");
    assertThat(one(found, "target-privilege").fix())
        .contains(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON \"app\".\"t\", \"app\".\"u\" TO \""
                + role
                + "\";");
    assertThat(one(found, "application-privilege").severity()).isEqualTo(Severity.NOTE);
    assertThat(one(found, "init-privilege").fix().orElseThrow())
        .startsWith("GRANT CREATE ON DATABASE \"" + dbs.database() + "\" TO \"" + role + "\";");
    assertThat(one(found, "temporary-privilege").fix())
        .contains("GRANT TEMPORARY ON DATABASE \"" + dbs.database() + "\" TO \"" + role + "\";");
    assertThat(found.stream().filter(f -> f.severity() == Severity.BLOCKS)).hasSize(7);
  }

  @Test
  void theGrantsThatAreNamedAreEnough() throws SQLException {
    here.both("create schema app", "create table app.t (id int primary key)");
    role();
    for (Finding finding : asRole(here)) {
      String fix = finding.fix().orElseThrow();
      if (fix.startsWith("GRANT")) {
        String sql = fix.substring(0, fix.indexOf(';'));
        if (finding.code().startsWith("source") || finding.problem().startsWith("source")) {
          here.source(sql);
        } else {
          here.target(sql);
        }
      }
    }

    assertThat(asRole(here))
        .extracting(Finding::code)
        .filteredOn(code -> !code.equals("asynchronous-commit")) // the tests' servers have it
        .containsExactly("not-initialised", "not-initialised");
  }

  @Test
  void privilegesOfColumnsCount() throws SQLException {
    here.both("create table t (id int primary key, secret text)");
    role();
    here.both("grant select (id) on t to " + role, "grant usage on schema public to " + role);

    assertThat(one(asRole(here), "source-privilege").problem()).contains("has no SELECT on");

    here.source("grant select (secret) on t to " + role);
    assertThat(asRole(here)).extracting(Finding::code).doesNotContain("source-privilege");
  }

  @Test
  void aControlSchemaThatTheUserMayNotReadIsAFinding() throws SQLException {
    here.both("create table t (id int primary key)");
    new Reconciler(here.config(), dbs.source(), dbs.target()).init();
    here.both("revoke all on schema dualwrite from public");
    role();

    Finding found = one(asRole(here), "control-privilege");

    assertThat(found.severity()).isEqualTo(Severity.BLOCKS);
    assertThat(found.fix().orElseThrow())
        .contains("GRANT USAGE ON SCHEMA dualwrite TO \"" + role + "\";")
        .contains("ON dualwrite.control TO");
  }

  @Test
  void rowSecurityThatHidesRowsBlocks() throws SQLException {
    here.both("create table t (id int primary key)", "grant all on t to public")
        .target("alter table t enable row level security");
    role();

    assertThat(one(asRole(here), "row-security").problem()).contains("on the target");
    here.expectNo("row-security");
  }

  @Test
  void triggersNeedTheOwner() throws SQLException {
    here.both("create table t (id int primary key)");
    role();

    assertThat(
            one(asRole(here.with(c -> c.capture(CaptureMode.TRIGGER))), "trigger-owner").problem())
        .contains("public.t");
    here.with(c -> c.capture(CaptureMode.TRIGGER)).expectNo("trigger-owner");
  }

  @Test
  void connectionsAreCountedAgainstParallelism() throws SQLException {
    here.both("create table t (id int primary key)");
    role();
    here.target("alter role " + role + " connection limit 6");

    Finding found = one(asRole(here), "connections");

    assertThat(found.severity()).isEqualTo(Severity.BLOCKS);
    assertThat(found.problem()).startsWith("target: ").contains("no more than 6");
  }

  @Test
  void whatTheServersDoNotShareIsFound() throws SQLException {
    here.both("create table t (id int primary key, o oid)")
        .source(
            "create extension citext",
            "select lo_create(0)",
            "alter database " + dbs.database() + " set search_path = app, public",
            "alter database " + dbs.database() + " set synchronous_commit = off");

    here.expect(Severity.NOTE, "extension-missing", "citext", "CREATE EXTENSION");
    here.expect(Severity.LOSES, "large-objects", "bytea");
    here.expect(Severity.NOTE, "settings", "search_path");
    here.expect(Severity.LOSES, "asynchronous-commit", "source");
  }

  @Test
  void encodingsAndCollationsThatDifferAreFound() throws SQLException {
    here.both("create table t (id int primary key)");
    String latin = dbs.database() + "_latin";
    here.target("create database " + latin + " encoding 'LATIN1' locale 'C' template template0");
    try {
      PGSimpleDataSource other = new PGSimpleDataSource();
      other.setUrl(dbs.targetServer().jdbcUrl(latin));
      other.setUser(dbs.username());
      other.setPassword(dbs.password());
      List<Finding> found =
          new Reconciler(here.config(), dbs.source(), other)
              .inspect(new InspectOptions(List.of(), 4))
              .findings();
      assertThat(one(found, "encoding").severity()).isEqualTo(Severity.LOSES);
      assertThat(one(found, "encoding").problem()).contains("UTF8", "LATIN1");
    } finally {
      here.target("drop database " + latin + " with (force)");
    }
  }

  @Test
  void theSameDatabaseTwiceIsNoMigration() throws SQLException {
    here.both("create table t (id int primary key)");

    List<Finding> found =
        new Reconciler(here.config(), dbs.source(), dbs.source())
            .inspect(new InspectOptions(List.of(), 4))
            .findings();

    assertThat(one(found, "same-database").severity()).isEqualTo(Severity.BLOCKS);
  }

  @Test
  void aReadOnlyTargetBlocks() throws SQLException {
    here.both("create table t (id int primary key)");
    here.target("alter database " + dbs.database() + " set default_transaction_read_only = on");

    Finding found = here.finding("read-only");

    assertThat(found.severity()).isEqualTo(Severity.BLOCKS);
    assertThat(found.problem()).startsWith("target");
  }

  @Test
  void strictIsToldWhatPreparingNeeds() throws SQLException {
    here.both("create table t (id int primary key)");

    here.with(c -> c.failurePolicy(FailurePolicy.STRICT)).expectNo("strict-one-phase");
    here.with(c -> c.failurePolicy(FailurePolicy.STRICT)).expectNo("strict-prepared");
  }

  @Test
  @WithDatabases(dedicated = true, settings = "max_prepared_transactions=0")
  void strictWithoutPreparedTransactionsIsNoted(TestDatabases dedicated) throws SQLException {
    Inspected other = Inspected.of(dedicated);
    other
        .both("create table t (id int primary key)")
        .with(c -> c.failurePolicy(FailurePolicy.STRICT))
        .expect(Severity.NOTE, "strict-one-phase", "max_prepared_transactions is 0");
  }
}
