package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code --defer-indexes}: what is dropped, and that it comes back. */
@WithDatabases
class DeferredIndexesTest {
  private static final String SCHEMA =
      "select indexdef from pg_indexes where schemaname = 'public'"
          + " union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint"
          + " where connamespace = 'public'::regnamespace";

  private final TwoDatabases two;

  DeferredIndexesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    two.both(
        "create table owners (id int primary key, name text)",
        "create index on owners (lower(name))",
        "create table items (id int primary key, owner int constraint to_owner references owners, keeper int references owners on delete cascade,"
            + " code text unique, v int)",
        "create index items_v on items (v) where v > 10",
        "create index items_keeper on items (keeper)",
        "create index items_owner on items (owner, v)");
    two.source(
        "insert into owners select i, 'o' || i from generate_series(1, 100) i",
        "insert into items select i, 1 + i % 100, 1 + i % 100, 'c' || i, i from generate_series(1, 3000) i");
    two.reconciler.init();
  }

  private BackfillOptions options() {
    return BackfillOptions.of(two.config.reconciler())
        .end(End.NONE)
        .batchRows(500)
        .deferIndexes(true);
  }

  private List<List<String>> schema() throws SQLException {
    return two.dbs.query(two.dbs.target(), SCHEMA + " order by 1");
  }

  private List<String> names() throws SQLException {
    return two
        .dbs
        .query(
            two.dbs.target(),
            "select indexname from pg_indexes where schemaname = 'public'"
                + " union all select conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by 1")
        .stream()
        .map(r -> r.get(0))
        .toList();
  }

  private List<List<String>> dropped() throws SQLException {
    return two.dbs.query(two.dbs.target(), "select name from dualwrite.deferred order by name");
  }

  @Test
  void whatIsDroppedIsBuiltAgainAndTheRestStays() throws SQLException {
    List<List<String>> before = schema();
    List<List<String>> meanwhile = new ArrayList<>();

    Backfill backfill =
        two.reconciler.backfill(
            options(),
            new BackfillProgress() {
              @Override
              public void end(String table) {
                try {
                  meanwhile.add(names());
                } catch (SQLException e) {
                  throw new AssertionError(e);
                }
              }
            });

    assertThat(backfill.complete()).as("%s", backfill).isTrue();
    assertThat(meanwhile.get(1))
        .containsExactly(
            "items_code_key", "items_keeper", "items_keeper_fkey", "items_pkey", "owners_pkey");
    assertThat(schema()).isEqualTo(before);
    assertThat(dropped()).isEmpty();
    two.dbs.assertSameRows("select * from items");
  }

  private void interrupt() {
    BackfillProgress failing =
        new BackfillProgress() {
          @Override
          public void advance(String table, long rows) {
            if (table.equals("public.items") && rows > 0) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    try {
      two.reconciler.backfill(options().parallelism(1), failing);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("interrupted");
    }
  }

  @Test
  void anInterruptedOneIsRestoredByResuming() throws SQLException {
    List<List<String>> before = schema();
    interrupt();
    assertThat(dropped())
        .extracting(r -> r.get(0))
        .containsExactly(
            "public.items_owner", "public.items_v", "public.owners_lower_idx", "to_owner");

    Backfill resumed = two.reconciler.backfill(options().resume(true), BackfillProgress.NONE);

    assertThat(resumed.resumed()).isTrue();
    assertThat(resumed.complete()).as("%s", resumed).isTrue();
    assertThat(schema()).isEqualTo(before);
    assertThat(dropped()).isEmpty();
  }

  @Test
  void orByACommandThatCopiesNothing() throws SQLException {
    List<List<String>> before = schema();
    interrupt();
    // As a build that was interrupted in the middle leaves it.
    two.target("create index items_v on items (v) where v > 10");
    two.target("update pg_index set indisvalid = false where indexrelid = 'items_v'::regclass");

    assertThat(two.reconciler.restoreIndexes()).isEmpty();

    assertThat(schema()).isEqualTo(before);
    assertThat(dropped()).isEmpty();
    assertThat(two.reconciler.restoreIndexes()).isEmpty();
  }

  @Test
  void aForeignKeyThatDoesNotHoldAnyMoreIsToldAndKept() throws SQLException {
    interrupt();
    two.target("insert into items (id, owner) values (-1, 4711)");

    assertThat(two.reconciler.restoreIndexes())
        .singleElement()
        .asString()
        .contains("foreign key to_owner", "23503");
    assertThat(dropped()).extracting(r -> r.get(0)).containsExactly("to_owner");

    two.target("delete from items where id = -1");
    assertThat(two.reconciler.restoreIndexes()).isEmpty();
  }

  @Test
  void oneProcessAtATimeDropsOrBuilds() throws SQLException {
    interrupt();
    List<List<String>> before = dropped();
    try (Connection other = two.dbs.target().getConnection();
        Statement statement = other.createStatement()) {
      long key = LockKeys.of("deferred-indexes", two.config.migration());
      statement.execute("select pg_advisory_lock(" + key + ")");

      assertThatThrownBy(two.reconciler::restoreIndexes)
          .hasMessageContaining("another process drops or builds indexes");
      assertThat(dropped()).isEqualTo(before);

      statement.execute("select pg_advisory_unlock(" + key + ")");
    }
    assertThat(two.reconciler.restoreIndexes()).isEmpty();
    assertThat(dropped()).isEmpty();
  }

  /** All that the catalog has of indexes and foreign keys, but for oids and files. */
  private List<List<String>> everything() throws SQLException {
    return two.dbs.query(
        two.dbs.target(),
        "select c.relname, pg_get_indexdef(c.oid), coalesce(s.spcname, ''), coalesce(obj_description(c.oid, 'pg_class'), ''), c.reloptions::text,"
            + " i.indisclustered::text || i.indisreplident || i.indisvalid || i.indisunique, c.relowner::regrole::text,"
            + " (select string_agg(a.attnum || ':' || coalesce(a.attstattarget, -1), ',' order by a.attnum) from pg_attribute a where a.attrelid = c.oid)"
            + " from pg_index i join pg_class c on c.oid = i.indexrelid left join pg_tablespace s on s.oid = c.reltablespace"
            + " where c.relnamespace = 'public'::regnamespace union all"
            + " select conname, pg_get_constraintdef(k.oid), conrelid::regclass::text, coalesce(obj_description(k.oid, 'pg_constraint'), ''), convalidated::text,"
            + " condeferrable::text || condeferred, '', (select string_agg(t.tgenabled::text, '' order by t.tgenabled) from pg_trigger t where t.tgconstraint = k.oid)"
            + " from pg_constraint k where contype = 'f' and connamespace = 'public'::regnamespace order by 1");
  }

  @Test
  void whatComesBackIsAllThatItWas() throws SQLException {
    two.target(
        "comment on index items_v is 'it''s\nfor ''the'' report'",
        "alter index owners_lower_idx alter column 1 set statistics 300",
        "alter table items cluster on items_owner",
        "alter index items_v set (fillfactor = 70)",
        "comment on constraint to_owner on items is 'who owns it'",
        "alter table items alter constraint to_owner deferrable initially deferred",
        "create index \"Odd, name\" on items using hash (code)",
        "create index items_cover on items (v desc nulls last) include (code) with (deduplicate_items = off)");
    List<List<String>> before = everything();
    interrupt();
    assertThat(dropped())
        .extracting(r -> r.get(0))
        .contains("public.\"Odd, name\"", "public.items_cover", "public.items_owner", "to_owner");

    assertThat(two.reconciler.restoreIndexes()).isEmpty();

    assertThat(everything()).isEqualTo(before);
    assertThat(dropped()).isEmpty();
  }

  @Test
  void theMarkOfACommandThatCameMeanwhileStays() throws SQLException {
    two.target("alter table items cluster on items_owner");
    interrupt();
    two.target("alter table items cluster on items_pkey");

    assertThat(two.reconciler.restoreIndexes()).isEmpty();

    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select indexrelid::regclass from pg_index where indrelid = 'items'::regclass and indisclustered"))
        .isEqualTo("items_pkey");
  }

  @Test
  void whatCannotBeMadeAgainStays() throws SQLException {
    two.target(
        "alter table items drop constraint to_owner",
        "alter table items add constraint unchecked foreign key (owner) references owners not valid",
        "alter table items add constraint checked foreign key (v) references owners on delete cascade not valid",
        "alter table items add constraint off foreign key (keeper) references owners",
        "do $$ declare t name; begin for t in select tgname from pg_trigger where tgconstraint = (select oid from pg_constraint where conname = 'off') and tgrelid = 'items'::regclass"
            + " loop execute format('alter table items disable trigger %I', t); end loop; end $$",
        "create index items_ext on items (code)",
        "alter index items_ext depends on extension plpgsql",
        "create unique index items_code on items (code, id)",
        "alter table items alter code set not null, replica identity using index items_code_key");
    List<List<String>> before = everything();
    interrupt();

    assertThat(dropped()).extracting(r -> r.get(0)).containsExactly("public.owners_lower_idx");

    assertThat(two.reconciler.restoreIndexes()).isEmpty();
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void ofHypertablesAndPartitionedTablesNothingIsDropped() throws SQLException {
    two.target(
        "drop table items",
        "create table items (id int primary key, owner int, keeper int, code text, v int) partition by range (id)",
        "create table items_1 partition of items default",
        "create index on items (v)",
        // As TimescaleDB shows them.
        "create schema timescaledb_information",
        "create view timescaledb_information.hypertables as select 'public'::name as hypertable_schema, 'owners'::name as hypertable_name");

    Backfill backfill = two.reconciler.backfill(options(), BackfillProgress.NONE);

    assertThat(backfill.tables())
        .flatExtracting(Backfill.TableBackfill::notes)
        .contains(
            "its indexes stay: the table is a hypertable",
            "its indexes stay: the table is partitioned");
    assertThat(backfill.tables())
        .flatExtracting(Backfill.TableBackfill::notes)
        .noneSatisfy(n -> assertThat(String.valueOf(n)).startsWith("dropped"));
  }

  @Test
  void anotherOfTheNameIsNotTakenForIt() throws SQLException {
    interrupt();
    two.target("create index items_v on items (v)");

    assertThat(two.reconciler.restoreIndexes())
        .singleElement()
        .asString()
        .contains("index public.items_v", "another of that name is there");
    assertThat(dropped()).extracting(r -> r.get(0)).containsExactly("public.items_v");

    two.target("drop index items_v");
    assertThat(two.reconciler.restoreIndexes()).isEmpty();
  }

  @Test
  void whereNobodyWritesAnIndexIsBuiltTheQuickWay() throws SQLException {
    interrupt();
    try (Connection reader = two.dbs.target().getConnection();
        Statement statement = reader.createStatement()) {
      // CONCURRENTLY waits for whoever may not see the new index.
      reader.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read");
      statement.execute("select count(*) from items");

      assertThat(two.reconciler.restoreIndexes()).isEmpty();

      reader.rollback();
    }
    assertThat(dropped()).isEmpty();
  }

  @Test
  void whileAnApplicationIsAliveWritesAreNotKeptOut() throws Exception {
    interrupt();
    two.source(
        "insert into dualwrite.instances (instance, migration, state, started_at, seen_at) select 'app-1', migration, 'mirroring', now(), now() + interval '1 hour' from dualwrite.control");
    CompletableFuture<List<String>> built;
    try (Connection reader = two.dbs.target().getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read");
      statement.execute("select count(*) from items");
      built = CompletableFuture.supplyAsync(two.reconciler::restoreIndexes);
      Awaitility.await()
          .until(
              () ->
                  two.dbs.queryValue(
                      two.dbs.target(),
                      "select count(*) > 0 from pg_stat_progress_create_index where command = 'CREATE INDEX CONCURRENTLY' and phase like 'waiting%'"),
              "t"::equals);
      two.target("set lock_timeout = '5s'; insert into items (id, v) values (-7, 70)");
      assertThat(built).isNotDone();
      reader.rollback();
    }
    assertThat(built.get(3, TimeUnit.MINUTES)).isEmpty();
    assertThat(dropped()).isEmpty();
  }

  @Test
  void aTableInUseIsNotWaitedForEither() throws Exception {
    interrupt();
    CompletableFuture<List<String>> built;
    try (Connection writer = two.dbs.target().getConnection();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("insert into items (id, v) values (-8, 80)");
      built = CompletableFuture.supplyAsync(two.reconciler::restoreIndexes);
      Awaitility.await()
          .until(
              () ->
                  two.dbs.queryValue(
                      two.dbs.target(),
                      "select count(*) > 0 from pg_stat_progress_create_index where command = 'CREATE INDEX CONCURRENTLY' and phase like 'waiting%'"),
              "t"::equals);
      writer.rollback();
    }
    assertThat(built.get(3, TimeUnit.MINUTES)).isEmpty();
    assertThat(dropped()).isEmpty();
  }
}
