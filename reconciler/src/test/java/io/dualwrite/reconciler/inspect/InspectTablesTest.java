package io.dualwrite.reconciler.inspect;

import static io.dualwrite.reconciler.inspect.InspectedColumn.Compared.AS_TEXT;
import static io.dualwrite.reconciler.inspect.InspectedColumn.Compared.BY_TREE;
import static io.dualwrite.reconciler.inspect.InspectedColumn.Compared.CONVERTED;
import static io.dualwrite.reconciler.inspect.InspectedColumn.Compared.EXACTLY;
import static io.dualwrite.reconciler.inspect.InspectedColumn.Compared.NOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.inspect.InspectedTable.Fate;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tables, columns and what the target's tables would refuse or change. */
@WithDatabases
class InspectTablesTest {
  private final Inspected here;

  InspectTablesTest(TestDatabases dbs) {
    this.here = Inspected.of(dbs);
  }

  private static TablesConfig only(List<String> include, List<String> exclude) {
    return new TablesConfig(include, exclude, Map.of());
  }

  private static TablesConfig override(String table, TableOverride override) {
    return new TablesConfig(List.of("*.*"), List.of(), Map.of(table, override));
  }

  @Test
  void tablesThatAreAlikeGiveNothingButTheMissingControlSchema() throws SQLException {
    here.both(
        "create table flights (id bigint, at timestamptz, note text, primary key (id, at))",
        "create index on flights (at)",
        "insert into flights select i, now(), 'x' from generate_series(1, 100) i",
        "analyze flights");

    Inspection found = here.inspect();

    assertThat(found.works()).isTrue();
    assertThat(found.findings())
        .extracting(Finding::code)
        .filteredOn(code -> !code.equals("asynchronous-commit")) // the tests' servers have it
        .containsExactly("not-initialised", "not-initialised");
    assertThat(found.tables())
        .singleElement()
        .satisfies(
            t -> {
              assertThat(t.fate()).isEqualTo(Fate.MIRRORED);
              assertThat(t.because()).contains("*.*");
              assertThat(t.key()).containsExactly("id", "at");
              assertThat(t.time()).contains("at");
              assertThat(t.timeIndexed()).isTrue();
              assertThat(t.sourceRows()).isEqualTo(100);
              assertThat(t.columns()).extracting(InspectedColumn::compared).containsOnly(EXACTLY);
            });
  }

  @Test
  void eachTableSaysWhichGlobDecided() throws SQLException {
    here.both(
        "create table orders (id int primary key)",
        "create table audit_log (id int primary key)",
        "create schema app",
        "create table app.other (id int primary key)");

    Inspected chosen = here.with(c -> c.tables(only(List.of("public.*"), List.of("*.audit_*"))));

    assertThat(chosen.inspect().tables())
        .extracting(InspectedTable::table, InspectedTable::fate, t -> t.because().orElse(""))
        .containsExactly(
            tuple("app.other", Fate.NOT_INCLUDED, ""),
            tuple("public.audit_log", Fate.EXCLUDED, "*.audit_*"),
            tuple("public.orders", Fate.MIRRORED, "public.*"));
  }

  @Test
  void globsThatNameNothingAreFoundWithTheNearestName() throws SQLException {
    here.both("create table metrics (id int primary key)");

    here.with(c -> c.tables(only(List.of("public.metrcs"), List.of())))
        .expect(Severity.BLOCKS, "include-unmatched", "Did you mean public.metrics?");
    here.with(c -> c.tables(only(List.of("public.metrcs"), List.of())))
        .expect(Severity.BLOCKS, "no-table", "public.metrics");
    here.with(c -> c.tables(only(List.of("*.*", "app.*"), List.of())))
        .expect(Severity.LOSES, "include-unmatched", "app.*");
    here.with(c -> c.tables(only(List.of("*.*"), List.of("public.metricks"))))
        .expect(Severity.NOTE, "exclude-unmatched", "Did you mean public.metrics?");
    here.with(c -> c.tables(override("public.metrcs", TableOverride.builder().build())))
        .expect(Severity.BLOCKS, "configuration", "tables.overrides.public.metrcs", "metrics?");
  }

  @Test
  void whatCannotBeMirroredBlocksWithItsReason() throws SQLException {
    here.both("create table events (at timestamptz, what text)")
        .source("create table alone (id int primary key)");

    here.expect(Severity.BLOCKS, "no-key", "public.events: has no primary key", "Add `key:");
    here.expect(
        Severity.BLOCKS, "target-missing", "the target has no table public.alone", "Create");
    assertThat(here.inspect().works()).isFalse();
  }

  @Test
  void triggersAndForeignKeysThatActUnseenAreFound() throws SQLException {
    here.source(
            "create table parent (id int primary key)",
            "create table child (id int primary key, p int references parent on delete cascade on update cascade)",
            "create function touch() returns trigger language plpgsql as 'begin return new; end'",
            "create trigger touch after insert on parent for each row execute function touch()")
        .target(
            "create table parent (id int primary key)",
            "create table child (id int primary key, p int)",
            "create table other (id int primary key)",
            "create function touch() returns trigger language plpgsql as 'begin return new; end'",
            "create trigger touch before insert on child for each row execute function touch()");

    here.expect(Severity.LOSES, "source-trigger", "public.parent", "touch");
    here.expect(Severity.LOSES, "target-trigger", "public.child", "touch");
    here.expect(Severity.LOSES, "foreign-key-delete", "child_p_fkey");
    here.inspect();
    assertThat(here.finding("foreign-key-update").problem()).contains("child_p_fkey");
    here.expect(Severity.NOTE, "target-only", "public.other");
  }

  @Test
  void constraintsOfTheTargetAloneAreFound() throws SQLException {
    here.both("create table parent (id int primary key)")
        .source("create table t (id int primary key, a int, p int)")
        .target(
            "create table t (id int primary key, a int not null check (a > 0), p int references parent on delete cascade)",
            "create unique index t_a on t (a)");

    here.expect(Severity.LOSES, "stricter-target", "t_a_check", "t_a", "t_p_fkey");
    here.expect(Severity.LOSES, "target-cascade", "t_p_fkey");
    here.expect(Severity.LOSES, "not-null", "column a", "DROP NOT NULL");
  }

  @Test
  void columnsSayHowTheyAreCompared() throws SQLException {
    here.source(
            "create table t (id bigint primary key, price numeric(12,4), doc jsonb, p point, gone text, twice bigint generated always as"
                + " (id * 2) stored, renamed text)")
        .target(
            "create table t (id bigint primary key, price numeric(10,2), doc jsonb, p point, twice bigint generated always as (id * 3)"
                + " stored, other text, loaded timestamptz default now())");

    Inspected chosen =
        here.with(
            c ->
                c.tables(
                    override(
                        "public.t",
                        TableOverride.builder()
                            .ignoreColumns("gone")
                            .columns(Map.of("renamed", "other"))
                            .build())));

    assertThat(chosen.inspect().tables().get(0).columns())
        .extracting(
            InspectedColumn::name,
            c -> c.sourceType().orElse(""),
            c -> c.target().orElse(""),
            InspectedColumn::compared)
        .containsExactly(
            tuple("id", "bigint", "id", EXACTLY),
            tuple("price", "numeric(12,4)", "price", CONVERTED),
            tuple("doc", "jsonb", "doc", BY_TREE),
            tuple("p", "point", "p", AS_TEXT),
            tuple("gone", "text", "", NOT),
            tuple("twice", "bigint", "twice", NOT),
            tuple("renamed", "text", "other", EXACTLY),
            tuple("loaded", "", "loaded", NOT));
    chosen.expect(Severity.LOSES, "type-rounds", "column price", "2 decimal places");
    chosen.expect(Severity.LOSES, "computed-differently", "column twice");
  }

  @Test
  void valuesThatTheTargetCannotHoldAreFound() throws SQLException {
    here.source(
            "create type mood as enum ('sad', 'ok', 'happy')",
            "create table a (id int primary key, x varchar(20))",
            "create table b (id bigint primary key)",
            "create table c (id int primary key, x uuid)",
            "create table d (id int primary key, x mood)",
            "create table e (id int primary key, x timestamp)",
            "create table f (id text primary key)",
            "create table fine (id int primary key, x varchar(20), y numeric(8,2), z timestamp(3), w int)")
        .target(
            "create extension citext",
            "create type mood as enum ('ok', 'happy')",
            "create table a (id int primary key, x varchar(10))",
            "create table b (id int primary key)",
            "create table c (id int primary key, x integer)",
            "create table d (id int primary key, x mood)",
            "create table e (id int primary key, x timestamptz)",
            "create table f (id citext primary key)",
            "create table fine (id bigint primary key, x text, y numeric(10,2), z timestamp, w numeric(12))");

    List<Finding> found = here.inspect().findings();

    assertThat(found)
        .filteredOn(f -> f.code().equals("type-narrower"))
        .extracting(Finding::problem)
        .containsExactly(
            "column x: character varying(20) becomes character varying(10), and a text longer than 10 characters is refused there and"
                + " set aside.",
            "column id: bigint becomes integer, and a number beyond the range of integer is refused there and set aside.");
    here.expect(Severity.BLOCKS, "type-unfit", "no uuid reads as integer");
    here.expect(Severity.LOSES, "enum-labels", "public.mood", "sad", "ADD VALUE");
    here.expect(Severity.LOSES, "type-rounds", "taken for a time of UTC");
    here.expect(Severity.LOSES, "key-collation", "public.f");
    assertThat(found).noneMatch(f -> f.table().equals(Optional.of("public.fine")));
  }

  @Test
  void missingIndexesAreSlow() throws SQLException {
    String fill = " select i, now() + i * interval '1 s', i from generate_series(1, 60000) i";
    here.both(
            "create table m (id int, at timestamptz, x int, primary key (id, at))",
            "create table t (id text primary key)",
            "insert into t select i from generate_series(1, 60000) i",
            "insert into m" + fill,
            "analyze")
        .source("create index on m (at)", "create index m_x on m (x, id)");

    here.expect(
        Severity.SLOW, "time-index", "public.m", "on the target", "CREATE INDEX CONCURRENTLY ON");
    here.expect(Severity.SLOW, "no-windows", "public.t", "hashes");
    here.expect(Severity.SLOW, "index-missing", "m_x (x, id)");
  }

  @Test
  void aKeyThatIsNoIndexOnTheTargetIsSlow() throws SQLException {
    here.source("create table t (id int primary key)").target("create table t (id int not null)");

    here.expect(Severity.SLOW, "key-index", "no unique index over exactly (id)");
    here.expect(Severity.NOTE, "key-differs", "Before the target becomes primary");
  }

  @Test
  void storageThatLosesRowsIsFound() throws SQLException {
    here.source(
            "create table t (id int primary key)", "create unlogged table u (id int primary key)")
        .target(
            "create unlogged table t (id int primary key)", "create table u (id int primary key)");

    assertThat(here.inspect().findings())
        .filteredOn(f -> f.code().equals("unlogged"))
        .extracting(Finding::severity, f -> f.table().orElse(""))
        .containsExactly(tuple(Severity.LOSES, "public.t"), tuple(Severity.NOTE, "public.u"));
  }

  @Test
  void partitionsThatAreMissingOnTheTargetAreFound() throws SQLException {
    String table =
        "create table %s (id int, at date, primary key (id, at)) partition by range (at)";
    String part =
        "create table %1$s_a partition of %1$s for values from ('2001-01-01') to ('2002-01-01')";
    here.both(
            table.formatted("nothing"),
            table.formatted("fewer"),
            part.formatted("fewer"),
            table.formatted("anything"),
            part.formatted("anything"),
            table.formatted("same"),
            part.formatted("same"))
        .source(
            "create table fewer_b partition of fewer for values from ('2002-01-01') to ('2003-01-01')",
            "create table any_b partition of anything for values from ('2002-01-01') to ('2003-01-01')")
        .target("create table any_default partition of anything default");

    assertThat(here.inspect().findings())
        .filteredOn(f -> f.code().contains("partition"))
        .extracting(Finding::severity, Finding::code, f -> f.table().orElse(""))
        .containsExactly(
            tuple(Severity.BLOCKS, "no-partition", "public.nothing"),
            tuple(Severity.LOSES, "partitions", "public.fewer"));
  }

  @Test
  void sequencesThatTheTargetLacksAreNoted() throws SQLException {
    here.source(
            "create table t (id bigint generated by default as identity primary key)",
            "create sequence loose")
        .target("create table t (id bigint primary key)");

    here.expect(Severity.NOTE, "sequence-missing", "column id", "IDENTITY");
    here.expect(Severity.NOTE, "loose-sequence", "public.loose");
  }

  @Test
  void aTableWithNeitherKeyNorTimeIsCopiedWhole() throws SQLException {
    here.both("create table t (what text)")
        .with(
            c ->
                c.tables(override("public.t", TableOverride.builder().keylessRanges(true).build())))
        .expect(Severity.SLOW, "keyless-whole", "public.t");
  }
}
