package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.copy.UnfitForSlicesException;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.SliceFunction;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who excludes whom where a table is delivered in slices, and when it may be. */
@WithDatabases
class SliceLocksTest {
  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3, 4, 5, 6, 7);

  private final TestDatabases dbs;

  SliceLocksTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private Bed item() throws SQLException {
    return new Bed(
        dbs,
        "CREATE TABLE item (id int PRIMARY KEY, v int)",
        "INSERT INTO item VALUES (1, 0), (300, 0)");
  }

  private static Slices slices(Lane lane) {
    return Slices.of(lane, Side.SOURCE).orElseThrow();
  }

  private static Optional<LockedCopy> slices(CopyContext context, Lane lane, Integer... wanted)
      throws SQLException {
    return LockedCopy.trySlices(context, lane, slices(lane), List.of(wanted));
  }

  @Test
  @Guarantee("G4")
  void aSliceIsDeliveredByOneAtATimeAndOthersBesideIt() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (LockedCopy first = slices(bed.context(), lane, 0, 1).orElseThrow();
        LockedCopy second = slices(bed.context(), lane, 1, 2).orElseThrow()) {
      assertThat(first.granted()).containsExactlyInAnyOrder(0, 1);
      assertThat(second.granted()).containsExactly(2);
      assertThat(slices(bed.context(), lane, 0, 1, 2)).isEmpty();
    }
    slices(bed.context(), lane, 0, 1, 2).orElseThrow().close();
  }

  @Test
  @Guarantee("G4")
  void theWholeTableIsDeliveredBySomebodyOnlyWhileNobodyDeliversASlice() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (LockedCopy slice = slices(bed.context(), lane, 5).orElseThrow()) {
      assertThat(LockedCopy.tryBegin(bed.context(), lane)).isEmpty();
    }
    try (LockedCopy whole = LockedCopy.tryBegin(bed.context(), lane).orElseThrow()) {
      assertThat(slices(bed.context(), lane, 5)).isEmpty();
    }
  }

  @Test
  @Guarantee("G4")
  void aStrictWriterKeepsAllSlicesFromBeingDelivered() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (Connection own = dbs.source().getConnection();
        Connection another = dbs.source().getConnection()) {
      own.setAutoCommit(false);
      another.setAutoCommit(false);
      try (LockedCopy strict =
              LockedCopy.beginWithin(bed.context(), lane, lane.tables(), own, false);
          LockedCopy beside =
              LockedCopy.beginWithin(bed.context(), lane, lane.tables(), another, false)) {
        for (int slice : ALL) {
          assertThat(slices(bed.context(), lane, slice)).as("slice %s", slice).isEmpty();
        }
      }
      own.rollback();
      another.rollback();
    }
  }

  @Test
  @Guarantee("G4")
  void soDoesOneThatIsPreparedAndWhoseConnectionIsGone() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (Connection own = dbs.source().getConnection()) {
      own.setAutoCommit(false);
      try (LockedCopy strict =
          LockedCopy.beginWithin(bed.context(), lane, lane.tables(), own, false)) {
        strict.prepare("dualwrite:slices");
      }
      own.rollback();
      for (int slice : ALL) {
        assertThat(slices(bed.context(), lane, slice)).as("slice %s", slice).isEmpty();
      }
      dbs.execute(dbs.target(), "ROLLBACK PREPARED 'dualwrite:slices'");
      slices(bed.context(), lane, 0, 1, 2, 3, 4, 5, 6, 7).orElseThrow().close();
    }
  }

  @Test
  void rowsOfOtherSlicesAreNotWritten() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (LockedCopy copy = slices(bed.context(), lane, 0).orElseThrow()) {
      assertThatThrownBy(
              () ->
                  copy.copyAll(
                      lane, Map.of(lane.tables().get(0), List.of(new RowKey(List.of("300"))))))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> copy.settle(lane, Map.of()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE UNIQUE INDEX ON item (v)",
        "CREATE UNIQUE INDEX ON item (v) WHERE v > 0",
        "CREATE UNIQUE INDEX ON item ((v + 1))",
        "ALTER TABLE item ADD EXCLUDE USING btree (v WITH =)",
        "ALTER TABLE item ADD FOREIGN KEY (v) REFERENCES item",
        "CREATE TABLE child (item_id int REFERENCES item)",
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (v)",
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (id, v)",
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (id) DEFERRABLE",
        "ALTER TABLE item DROP CONSTRAINT item_pkey",
        "ALTER TABLE item ALTER COLUMN id TYPE numeric",
        "CREATE RULE nothing AS ON DELETE TO item DO ALSO SELECT 1"
      })
  void aTableThatHasBecomeAnotherMeanwhileIsNotDeliveredInSlices(String ddl) throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    dbs.execute(dbs.target(), "UPDATE item SET v = id");
    dbs.execute(dbs.target(), ddl);
    assertThatThrownBy(() -> slices(bed.context(), lane, 0))
        .isInstanceOf(UnfitForSlicesException.class);
    LockedCopy.begin(bed.context(), lane).close();
  }

  @Test
  void aKeyOfAnotherTypeOnThePrimaryIsNoticedInTheSnapshot() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    dbs.execute(dbs.source(), "ALTER TABLE item ALTER COLUMN id TYPE numeric");
    try (LockedCopy copy = slices(bed.context(), lane, 0).orElseThrow()) {
      assertThatThrownBy(copy::primary).isInstanceOf(UnfitForSlicesException.class);
    }
  }

  @Test
  void nobodyChangesTheTableWhileASliceIsDelivered() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (LockedCopy copy = slices(bed.context(), lane, 0).orElseThrow()) {
      copy.primary();
      for (var side : List.of(dbs.source(), dbs.target())) {
        try (Connection other = side.getConnection()) {
          other.setAutoCommit(false);
          Bed.run(other, "SET LOCAL lock_timeout = '100ms'");
          assertThatThrownBy(() -> Bed.run(other, "ALTER TABLE item ADD CONSTRAINT one UNIQUE (v)"))
              .hasMessageContaining("lock timeout");
          other.rollback();
        }
      }
      copy.commit();
    }
  }

  @Test
  void whoChangesTheTableIsNotWaitedFor() throws SQLException {
    Bed bed = item();
    Lane lane = bed.lane("public.item");
    try (Connection other = dbs.target().getConnection()) {
      other.setAutoCommit(false);
      Bed.run(other, "ALTER TABLE item ADD CONSTRAINT one UNIQUE (id)");
      assertThatThrownBy(() -> slices(bed.context(), lane, 0))
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("55P03");
      other.rollback();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id int, v int",
        "id int PRIMARY KEY, v int UNIQUE",
        "id numeric PRIMARY KEY",
        "id timestamptz PRIMARY KEY",
        "id float8 PRIMARY KEY",
        "id char(5) PRIMARY KEY",
        "id int PRIMARY KEY, parent int REFERENCES item"
      })
  void tablesThatCannotBe(String columns) throws SQLException {
    Bed bed = new Bed(dbs, "CREATE TABLE item (" + columns + ")");
    assertThat(bed.mirror().lanes().stream().flatMap(l -> Slices.of(l, Side.SOURCE).stream()))
        .isEmpty();
  }

  @Test
  void aKeyThatIsNotTheSecondarysPrimaryKeyInItsOrder() throws SQLException {
    TableOverride key = TableOverride.builder().key("b", "a").build();
    TablesConfig tables = new TablesConfig(List.of("*.*"), List.of(), Map.of("public.item", key));
    Bed bed = new Bed(dbs, MigrationConfig.builder("test").tables(tables).build());
    dbs.executeOnBoth("CREATE TABLE item (a int, b int, PRIMARY KEY (a, b))");
    assertThat(Slices.of(bed.lane("public.item"), Side.SOURCE)).isEmpty();
  }

  @Test
  void theServerAndTheProcessAgreeOnSlices() throws SQLException {
    Random random = new Random(7);
    agree("id bigint PRIMARY KEY", random.longs(200).mapToObj(Long::toString).toList());
    agree(
        "id uuid PRIMARY KEY",
        IntStream.range(0, 200)
            .mapToObj(i -> new UUID(random.nextLong(), random.nextLong()).toString())
            .toList());
    agree(
        "id text PRIMARY KEY",
        List.of("", "a", "1234567", "12345678", "123456789", "ünïcödé-ß", "𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞"));
  }

  private void agree(String column, List<String> keys) throws SQLException {
    dbs.executeOnBoth("DROP TABLE IF EXISTS item", "CREATE TABLE item (" + column + ")");
    Bed bed = new Bed(dbs, MigrationConfig.builder("test").build());
    SliceFunction function = slices(bed.lane("public.item")).function();
    String sql = "SELECT " + function.sql(i -> "k") + " FROM (SELECT ?::text AS k) t";
    try (Connection source = dbs.source().getConnection();
        var statement = source.prepareStatement(sql)) {
      for (String key : keys) {
        statement.setString(1, key);
        try (var row = statement.executeQuery()) {
          row.next();
          assertThat(function.slice(List.of(key))).as(key).hasValue(row.getInt(1));
        }
      }
    }
  }

  @Test
  void textsThatAreNotAsAServerPrintsThemHaveNoSlice() throws SQLException {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id uuid, n int, PRIMARY KEY (id, n))");
    SliceFunction function = slices(bed.lane("public.item")).function();
    String id = "0d0c1d0a-9f43-4f0e-8a3f-0123456789ab";
    assertThat(function.slice(List.of(id, "7"))).isPresent();
    assertThat(function.slice(List.of(id.toUpperCase(Locale.ROOT), "7"))).isEmpty();
    assertThat(function.slice(List.of(id, "07"))).isEmpty();
    assertThat(function.slice(List.of(id, "seven"))).isEmpty();
    assertThat(function.slice(List.of("{" + id + "}", "7"))).isEmpty();
    assertThat(function.slice(List.of(id))).isEmpty();
  }
}
