package io.dualwrite.jdbc.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class MirrorTest {
  private TestDatabases dbs;

  @BeforeEach
  void databases(TestDatabases databases) {
    dbs = databases;
  }

  private static MigrationConfig config(Map<String, TableOverride> overrides) {
    return MigrationConfig.builder("m")
        .tables(new TablesConfig(List.of("*.*"), List.of("*.skip_*"), overrides))
        .build();
  }

  private Mirror mirror(Map<String, TableOverride> overrides) throws SQLException {
    return Mirror.of(catalog(dbs.source()), catalog(dbs.target()), config(overrides));
  }

  private static Catalog catalog(DataSource side) throws SQLException {
    try (Connection connection = side.getConnection()) {
      return Catalog.read(connection, "dualwrite");
    }
  }

  private static String refusal(Mirror mirror, String reason) {
    assertThat(mirror.tables()).isEmpty();
    assertThat(mirror.refused()).extracting(Refused::reason).containsExactly(reason);
    return mirror.refused().get(0).explanation();
  }

  @Test
  void tablesAlikeMirrorEachOther() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE airports (iata text PRIMARY KEY, name text)",
        "CREATE TABLE skip_me (id int PRIMARY KEY)");
    Mirror mirror = mirror(Map.of());
    TablePair pair = mirror.table("public.airports").orElseThrow();

    assertThat(mirror.tables()).hasSize(1);
    assertThat(pair.keyOn(Side.TARGET)).extracting(Column::name).containsExactly("iata");
    assertThat(pair.columnsOn(Side.SOURCE))
        .extracting(Column::name)
        .containsExactly("iata", "name");
    assertThat(pair.policy()).isEqualTo(FailurePolicy.RECOVER);
    assertThat(pair.timeColumn()).isEmpty();
    assertThat(mirror.lane(pair).tables()).containsExactly(pair);
    assertThat(mirror.refused()).isEmpty();
    assertThat(mirror.warnings()).isEmpty();
    assertThat(mirror.problems()).isEmpty();
  }

  @Test
  void namesTypesOrderAndColumnsMayDiffer() throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE TABLE metrics (dev int, ts timestamptz, value real, loaded_at timestamptz NOT NULL, twice real"
            + " GENERATED ALWAYS AS (value * 2) STORED, PRIMARY KEY (dev, ts))");
    dbs.execute(
        dbs.target(),
        "CREATE SCHEMA ts",
        "CREATE TABLE ts.\"Metrics\" (twice real GENERATED ALWAYS AS (value + value) STORED, value double precision,"
            + " ts timestamptz, device_id bigint, region text NOT NULL DEFAULT 'x', PRIMARY KEY (ts, device_id))");
    Mirror mirror =
        mirror(
            Map.of(
                "public.metrics",
                TableOverride.builder()
                    .target("ts.Metrics")
                    .columns(Map.of("dev", "device_id"))
                    .ignoreColumns("loaded_at")
                    .appendOnly(true)
                    .failurePolicy(FailurePolicy.STRICT)
                    .key("dev", "ts")
                    .build()));
    TablePair pair = mirror.table("public.metrics").orElseThrow();

    assertThat(pair.columns())
        .extracting(c -> c.source().name(), c -> c.target().name())
        .containsExactly(tuple("dev", "device_id"), tuple("ts", "ts"), tuple("value", "value"));
    assertThat(pair.key()).extracting(c -> c.target().name()).containsExactly("device_id", "ts");
    assertThat(pair.timeColumn().orElseThrow().source().name()).isEqualTo("ts");
    assertThat(pair.conflictKey(Side.TARGET)).isPresent();
    assertThat(pair.appendOnly()).isTrue();
    assertThat(pair.policy()).isEqualTo(FailurePolicy.STRICT);
    assertThat(mirror.warnings()).isEmpty();
  }

  @Test
  void theKeyIsThePrimaryKeyElseTheSmallestUniqueIndex() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE a (x int NOT NULL UNIQUE, y int, z int, PRIMARY KEY (y, z))",
        "CREATE TABLE b (x int NOT NULL, y int NOT NULL, z int NOT NULL, n int UNIQUE, UNIQUE (x, y), UNIQUE (z))",
        "CREATE TABLE c (x float8 PRIMARY KEY, y int NOT NULL UNIQUE)",
        "CREATE TABLE d (x int PRIMARY KEY DEFERRABLE, y int NOT NULL, z int NOT NULL, UNIQUE (y, z))",
        "CREATE TABLE e (x int PRIMARY KEY DEFERRABLE)");
    Mirror mirror = mirror(Map.of());
    assertThat(mirror.tables())
        .extracting(
            t -> t.name().name(), t -> t.keyOn(Side.SOURCE).stream().map(Column::name).toList())
        .containsExactly(
            tuple("a", List.of("y", "z")),
            tuple("b", List.of("z")),
            tuple("c", List.of("y")),
            tuple("d", List.of("y", "z")),
            tuple("e", List.of("x")));
    assertThat(mirror.warnings())
        .extracting(Warning::toString)
        .containsExactly(
            "public.e: public.e on the target has no unique index over exactly (x), so that rows are looked up and written more"
                + " slowly there. Create one.");
  }

  @Test
  void aTableWithoutAKeyIsRefusedWithWhatToDo() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE events (at timestamptz, what text)");
    assertThat(refusal(mirror(Map.of()), "no-key"))
        .isEqualTo(
            "public.events has no primary key and no unique not-null index, so its rows cannot be told apart. Add `key: [...]` under"
                + " tables.overrides, or `keyless: ranges` to mirror it by ranges of its time column (docs/tables-without-keys.md).");
  }

  @Test
  void aTableWithoutAKeyIsMirroredByRangesIfAsked() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE events (at timestamptz, what text) PARTITION BY RANGE (at)",
        "CREATE TABLE logs (at timestamp, what text)",
        "CREATE TABLE plain (what text)",
        "CREATE TABLE odd (v float8 PRIMARY KEY)");
    TableOverride ranges = TableOverride.builder().keylessRanges(true).build();
    Map<String, TableOverride> overrides =
        Map.of(
            "public.events", ranges,
            "public.logs", TableOverride.builder().keylessRanges(true).timeColumn("at").build(),
            "public.plain", ranges,
            "public.odd", ranges);
    assertThat(mirror(overrides).tables())
        .extracting(
            t -> t.name().name(),
            t -> t.key().size(),
            t -> t.timeColumn().map(c -> c.source().name()).orElse(""))
        .containsExactly(
            tuple("events", 0, "at"),
            tuple("logs", 0, "at"),
            tuple("odd", 0, ""),
            tuple("plain", 0, ""));
    assertThat(CapturedTables.of(Side.TARGET, catalog(dbs.target()), config(overrides)).tables())
        .extracting(CapturedTable::journalName, t -> t.rangeColumn().map(Column::name).orElse(""))
        .containsExactly(
            tuple("public.events", "at"),
            tuple("public.logs", "at"),
            tuple("public.odd", ""),
            tuple("public.plain", ""));
  }

  @Test
  void aKeyOfATypeWithoutCanonicalTextIsRefused() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE t (id int4range PRIMARY KEY)");
    assertThat(refusal(mirror(Map.of()), "key-type"))
        .contains("public.t: key column id is of type int4range")
        .contains("`keyless: ranges`");
  }

  @Test
  void aKeyTypeThatOnlyTheTargetCannotTellApartIsRefused() throws SQLException {
    dbs.execute(dbs.source(), "CREATE TABLE t (id int PRIMARY KEY)");
    dbs.execute(dbs.target(), "CREATE TABLE t (id float8 PRIMARY KEY)");
    assertThat(refusal(mirror(Map.of()), "key-type")).contains("double precision on the target");
  }

  @Test
  void aConfiguredKeyMustBeNotNull() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE t (id int)");
    assertThat(
            refusal(
                mirror(Map.of("public.t", TableOverride.builder().key("id").build())),
                "key-nullable"))
        .isEqualTo(
            "tables.overrides.public.t.key: id may be null, and null equals nothing. Declare it not null, or leave it out of the key.");
  }

  @Test
  void aMissingTargetTableIsRefusedWithASuggestion() throws SQLException {
    dbs.execute(dbs.source(), "CREATE TABLE flights (id int PRIMARY KEY)");
    dbs.execute(dbs.target(), "CREATE TABLE flight (id int PRIMARY KEY)");
    assertThat(refusal(mirror(Map.of()), "target-missing"))
        .isEqualTo(
            "public.flights: the target has no table public.flights. Did you mean public.flight? Create it there, name another with"
                + " `target:` under tables.overrides, or exclude the table.");
  }

  @Test
  void columnsThatCannotBeCopiedAreRefused() throws SQLException {
    dbs.execute(dbs.source(), "CREATE TABLE t (id int PRIMARY KEY, colour text)");
    dbs.execute(dbs.target(), "CREATE TABLE t (id int PRIMARY KEY, color text)");
    assertThat(refusal(mirror(Map.of()), "column-missing"))
        .isEqualTo(
            "public.t: public.t on the target has no column colour. Did you mean color? Add it there, or under tables.overrides name it"
                + " with `columns: {colour: ...}` or leave it out with `ignore-columns`.");

    dbs.execute(
        dbs.target(),
        "DROP TABLE t",
        "CREATE TABLE t (id int PRIMARY KEY, colour text GENERATED ALWAYS AS ('x') STORED)");
    assertThat(refusal(mirror(Map.of()), "target-computed"))
        .contains("column colour is computed by the server on the target");

    dbs.execute(
        dbs.target(),
        "DROP TABLE t",
        "CREATE TABLE t (id int PRIMARY KEY, colour text, size int NOT NULL)");
    assertThat(refusal(mirror(Map.of()), "target-required"))
        .startsWith(
            "public.t: column size of public.t on the target refuses null and has no default");

    dbs.execute(dbs.source(), "ALTER TABLE t ADD size int GENERATED ALWAYS AS (1) STORED");
    assertThat(refusal(mirror(Map.of()), "source-computed"))
        .contains("computed by the server on the source");

    assertThat(
            refusal(
                mirror(
                    Map.of(
                        "public.t",
                        TableOverride.builder().columns(Map.of("id", "colour")).build())),
                "configuration"))
        .isEqualTo(
            "tables.overrides.public.t.columns: two columns are mirrored to colour of public.t.");
  }

  @Test
  void rulesAndInheritanceAreRefusedOnEitherSide() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE t (id int PRIMARY KEY)");
    dbs.execute(dbs.target(), "CREATE RULE away AS ON DELETE TO t DO INSTEAD NOTHING");
    assertThat(refusal(mirror(Map.of()), "rule"))
        .startsWith("public.t (public.t on the target) has rewrite rules");
    dbs.execute(
        dbs.target(), "DROP RULE away ON t", "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (t)");
    assertThat(refusal(mirror(Map.of()), "inheritance"))
        .startsWith("public.t (public.t on the target) has a parent");
    dbs.execute(dbs.source(), "CREATE RULE away AS ON DELETE TO t DO INSTEAD NOTHING");
    assertThat(refusal(mirror(Map.of()), "rule")).startsWith("public.t has rewrite rules");
  }

  @Test
  void twoTablesCannotShareATarget() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
    Mirror mirror = mirror(Map.of("public.a", TableOverride.builder().target("public.b").build()));
    assertThat(mirror.tables()).isEmpty();
    assertThat(mirror.refused())
        .extracting(Refused::table, Refused::reason)
        .containsExactly(tuple("public.a", "target-shared"), tuple("public.b", "target-shared"));
    assertThat(mirror.lanes()).isEmpty();
  }

  @Test
  void timeColumnsAreFoundAsDocumented() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE configured (id int PRIMARY KEY, d date)",
        "CREATE TABLE in_key (id int, at timestamp, PRIMARY KEY (id, at))",
        "CREATE TABLE none (id int PRIMARY KEY, at timestamptz)",
        "CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
        "CREATE TABLE by_id (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE two (a timestamptz, b timestamptz, PRIMARY KEY (a, b))");
    Mirror mirror =
        mirror(Map.of("public.configured", TableOverride.builder().timeColumn("d").build()));
    assertThat(mirror.tables())
        .extracting(
            t -> t.name().name(), t -> t.timeColumn().map(c -> c.source().name()).orElse(""))
        .containsExactly(
            tuple("by_id", ""),
            tuple("configured", "d"),
            tuple("in_key", "at"),
            tuple("none", ""),
            tuple("parted", "at"),
            tuple("two", ""));
    assertThat(
            refusal(
                Mirror.of(
                    catalog(dbs.source()),
                    catalog(dbs.target()),
                    config(Map.of("public.none", TableOverride.builder().timeColumn("id").build()))
                        .toBuilder()
                        .tables(
                            new TablesConfig(
                                List.of("public.none"),
                                List.of(),
                                Map.of(
                                    "public.none",
                                    TableOverride.builder().timeColumn("id").build())))
                        .build()),
                "configuration"))
        .isEqualTo(
            "tables.overrides.public.none.time-column: id is integer; a time column is a date, timestamp or timestamptz that is copied.");
  }

  @Test
  void overridesThatNameNothingAreProblems() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE metrics (id int PRIMARY KEY, at timestamptz)");
    TableOverride bad =
        TableOverride.builder()
            .key("idd")
            .timeColumn("att")
            .columns(Map.of("idx", "id"))
            .ignoreColumns("when")
            .build();
    Mirror mirror = mirror(Map.of("public.metrcs", TableOverride.NONE, "public.metrics", bad));
    assertThat(mirror.problems())
        .containsExactlyInAnyOrder(
            "tables.overrides.public.metrcs: no such table in the source. Did you mean public.metrics?",
            "tables.overrides.public.metrics.key: public.metrics has no column idd in the source. Did you mean id?",
            "tables.overrides.public.metrics.time-column: public.metrics has no column att in the source. Did you mean at?",
            "tables.overrides.public.metrics.columns: public.metrics has no column idx in the source. Did you mean id?",
            "tables.overrides.public.metrics.ignore-columns: public.metrics has no column when in the source.");
    assertThatThrownBy(mirror::throwOnProblems)
        .isInstanceOfSatisfying(
            ConfigurationException.class, e -> assertThat(e.problems()).hasSize(5));
  }

  @Test
  void foreignKeysOfBothSidesMakeLanesWithParentsFirst() throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE TABLE z_parent (id int PRIMARY KEY)",
        "CREATE TABLE m_child (id int PRIMARY KEY, p int REFERENCES z_parent, self int REFERENCES m_child)",
        "CREATE TABLE a_leaf (id int PRIMARY KEY, p int)",
        "CREATE TABLE alone (id int PRIMARY KEY)",
        "CREATE TABLE ring_1 (id int PRIMARY KEY, r int)",
        "CREATE TABLE ring_2 (id int PRIMARY KEY, r int REFERENCES ring_1)",
        "ALTER TABLE ring_1 ADD FOREIGN KEY (r) REFERENCES ring_2",
        "CREATE TABLE ring_0 (id int PRIMARY KEY, r int REFERENCES ring_1)");
    dbs.execute(
        dbs.target(),
        "CREATE TABLE z_parent (id int PRIMARY KEY)",
        "CREATE TABLE m_child (id int PRIMARY KEY, p int, self int)",
        "CREATE TABLE outer_parent (id int PRIMARY KEY)",
        "CREATE TABLE a_leaf (id int PRIMARY KEY, p int REFERENCES m_child)",
        "CREATE TABLE alone (id int PRIMARY KEY REFERENCES outer_parent)",
        "CREATE TABLE ring_1 (id int PRIMARY KEY, r int)",
        "CREATE TABLE ring_2 (id int PRIMARY KEY, r int)",
        "CREATE TABLE ring_0 (id int PRIMARY KEY, r int)");
    Mirror mirror = mirror(Map.of());
    assertThat(mirror.lanes())
        .extracting(Lane::name, l -> l.tables().stream().map(t -> t.name().name()).toList())
        .containsExactly(
            tuple("public.a_leaf", List.of("z_parent", "m_child", "a_leaf")),
            tuple("public.alone", List.of("alone")),
            tuple("public.ring_0", List.of("ring_1", "ring_0", "ring_2")));
    assertThat(mirror.warnings())
        .singleElement()
        .asString()
        .contains("alone_id_fkey refers to public.outer_parent");
  }

  @Test
  void whatTheJournalCannotSeeIsWarnedOf() throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE same (id int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE)",
        "CREATE TABLE other (id int PRIMARY KEY, p int REFERENCES parent ON DELETE SET NULL ON UPDATE CASCADE)");
    dbs.execute(
        dbs.target(),
        "CREATE TABLE parent (id int NOT NULL UNIQUE, region int, PRIMARY KEY (id, region))",
        "ALTER TABLE parent ALTER region SET DEFAULT 0",
        "CREATE TABLE same (id int PRIMARY KEY, p int REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE TABLE other (id int PRIMARY KEY, p int REFERENCES parent (id))",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER touch BEFORE UPDATE ON same FOR EACH ROW EXECUTE FUNCTION touch()");
    assertThat(mirror(Map.of()).warnings())
        .extracting(Warning::toString)
        .containsExactlyInAnyOrder(
            "public.other: rows that foreign key other_p_fkey changes when a key of public.parent does (ON UPDATE) are not mirrored.",
            "public.other: rows that foreign key other_p_fkey changes when a row of public.parent is deleted (ON DELETE) are not"
                + " mirrored, as the target has no such key with the same action. Create it there.",
            "public.parent: the key on the target is not that on the source. Before the target becomes primary, fix it with"
                + " `key: [id]` under tables.overrides.",
            "public.same: triggers on the target run for delivered rows too and may change them: touch.");
  }

  @Test
  @Guarantee("G8")
  void capturedTablesOfEitherSideAgreeWithTheMirror() throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE TABLE metrics (dev int, ts timestamptz, PRIMARY KEY (dev, ts))",
        "CREATE TABLE keyless (id int)");
    dbs.execute(
        dbs.target(),
        "CREATE SCHEMA ts",
        "CREATE TABLE ts.metrics (ts timestamptz, device_id bigint, PRIMARY KEY (ts, device_id))",
        "CREATE TABLE metrics (id int PRIMARY KEY)",
        "CREATE TABLE keyless (id int)");
    Map<String, TableOverride> overrides =
        Map.of(
            "public.metrics",
            TableOverride.builder()
                .target("ts.metrics")
                .key("dev", "ts")
                .columns(Map.of("dev", "device_id"))
                .build());
    Mirror mirror = mirror(overrides);
    for (Side side : Side.values()) {
      CapturedTables captured =
          CapturedTables.of(
              side, catalog(side == Side.SOURCE ? dbs.source() : dbs.target()), config(overrides));
      assertThat(captured.tables())
          .singleElement()
          .isEqualTo(
              new CapturedTable(
                  "public.metrics",
                  mirror.tables().get(0).on(side),
                  mirror.tables().get(0).keyOn(side),
                  java.util.Optional.empty(),
                  mirror.tables().get(0).keyId(),
                  FailurePolicy.RECOVER,
                  false));
      assertThat(captured.refused()).extracting(Refused::reason).containsExactly("no-key");
      captured.throwOnProblems();
    }
  }
}
