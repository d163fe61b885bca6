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
}
