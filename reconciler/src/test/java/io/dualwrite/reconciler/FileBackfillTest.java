package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of CSV files that either side has, has not or has otherwise. */
@WithDatabases
class FileBackfillTest {
  @TempDir private Path directory;
  private final TwoDatabases two;

  FileBackfillTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException {
    two.reconciler.init();
    two.both("create table flights (id int primary key, code text not null, delay numeric(6,2))");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private FileBackfillOptions options(Path... files) {
    return FileBackfillOptions.of(
            "public.flights", List.of(files).stream().map(Path::toString).toList())
        .setAside(Optional.of(directory.resolve("bad.csv")));
  }

  private FileBackfill load(FileBackfillOptions options) {
    return two.reconciler.backfill(options, BackfillProgress.NONE);
  }

  private String flights() throws SQLException {
    return two.dbs.queryValue(
        two.dbs.target(),
        "select coalesce(string_agg(id || ':' || code || ':' || coalesce(delay::text, '-'), ' ' order by id), '') from flights");
  }

  @Test
  @Guarantee("G4")
  void whatTheSourceHasIsTakenFromThere() throws Exception {
    two.source("insert into flights values (1, 'new', 5), (2, 'kept', null)");
    two.target("insert into flights values (2, 'newest', 9)");
    Path file = file("a.csv", "id,code,delay\n1,old,1\n2,older,2\n3,gone,3\n");

    FileBackfill load = load(options(file));

    assertThat(flights()).isEqualTo("1:new:5.00 2:newest:9.00");
    assertThat(load.counts()).isEqualTo(new Counts(1, 0, 1, 0, 1, 0));
    assertThat(load.held()).isEqualTo(1);
    assertThat(load.complete()).isFalse();
    assertThat(load.setAside()).isEmpty();
  }

  @Test
  void anArchiveIsLoadedWhereNobodyHasItsRows() throws Exception {
    two.source("insert into flights values (1, 'new', 5)");
    Path file = file("a.csv", "id,code,delay\n1,old,1\n3,gone,3\n4,\"a \"\"b\"\",\nc\",\n");

    FileBackfill load = load(options(file).absent(Absent.INSERT));

    assertThat(flights()).isEqualTo("1:new:5.00 3:gone:3.00 4:a \"b\",\nc:-");
    assertThat(load.counts()).isEqualTo(new Counts(1, 2, 0, 0, 0, 0));
    assertThat(load.complete()).isTrue();
  }

  @Test
  void theSourceMayDecide() throws Exception {
    two.source("insert into flights values (1, 'new', 5)");
    Path file = file("a.csv", "id,code,delay\n1,old,1\n3,gone,3\n");

    FileBackfill load = load(options(file).absent(Absent.SKIP));

    assertThat(flights()).isEqualTo("1:new:5.00");
    assertThat(load.counts()).isEqualTo(new Counts(1, 0, 0, 0, 1, 0));
    assertThat(load.complete()).isTrue();
    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  @Guarantee("G4")
  void whatTheJournalNamesIsLeftToDelivery() throws Exception {
    two.source(
        "insert into dualwrite.journal (table_name, key_id, key) select 'public.flights', "
            + KeyId.of(List.of("id"), Optional.empty())
            + ", k::text[] from unnest(array['{3}', '{1}']) k",
        "insert into flights values (1, 'new', 5)");
    Path file = file("a.csv", "id,code,delay\n1,old,1\n3,gone,3\n4,kept,4\n");

    FileBackfill load = load(options(file).absent(Absent.INSERT));

    assertThat(flights()).isEqualTo("4:kept:4.00");
    assertThat(load.counts()).isEqualTo(new Counts(0, 1, 0, 2, 0, 0));
  }

  @Test
  void badRecordsAreSetAsideAndTheOthersLoaded() throws Exception {
    two.target(
        "alter table flights add unique (code)",
        "alter table flights add constraint not_late check (delay < 1000)");
    Path file =
        file(
            "a.csv",
            "id,code,delay\n1,a,1\nx,b,2\n3,,3\n4,d,nine\n5,a,5\n6,f,2000\n7,g,123456789\n8,h,8\n9,i\n10,j,1,2\n11,k,\"1\"2\n12,l,\n1,other,1\n8,h,8\n");

    FileBackfill load = load(options(file).absent(Absent.INSERT));

    assertThat(flights()).isEqualTo("1:a:1.00 8:h:8.00 12:l:-");
    assertThat(load.counts()).isEqualTo(new Counts(0, 3, 1, 0, 0, 10));
    assertThat(load.reasons())
        .containsEntry("column id: not a value of the type (22P02)", 1L)
        .containsEntry("column code: null where none may be (23502)", 1L)
        .containsEntry("column delay: not a value of the type (22P02)", 1L)
        .containsEntry("column delay: out of the type's range (22003)", 1L)
        .containsEntry("another row has the same, flights_code_key (23505)", 1L)
        .containsEntry("violates the check not_late (23514)", 1L)
        .containsEntry("the target has another row of this key, and the source has none", 1L)
        .containsEntry("fewer values than columns", 1L)
        .containsEntry("more values than columns", 1L)
        .containsEntry("a quote that is not closed, or text behind one", 1L);
    assertThat(Files.readAllLines(directory.resolve("bad.csv")))
        .hasSize(11)
        .startsWith(
            "\"set_aside_file\",\"set_aside_record\",\"set_aside_byte\",\"set_aside_column\",\"set_aside_reason\",\"set_aside_text\",\"id\",\"code\",\"delay\"",
            "\""
                + file.toRealPath()
                + "\",\"2\",,\"id\",\"invalid input syntax for type integer: \"\"x\"\" (22P02)\",,\"x\",\"b\",\"2\"")
        .anyMatch(l -> l.endsWith(",\"10,j,1,2\",,,"));
    assertThat(load.toString()).doesNotContain("nine", "g,1", "12345");
  }

  @Test
  void aBadRecordDoesNotHideAGoodOneOfItsKey() throws Exception {
    two.target("alter table flights add constraint not_late check (delay < 1000)");
    Path file = file("a.csv", "id,code,delay\n1,a,5000\n1,b,5\n1,c,5\n1,b,5\n1,d,6000\n2,x,1\n");

    FileBackfill load = load(options(file).absent(Absent.INSERT));

    assertThat(flights()).isEqualTo("1:b:5.00 2:x:1.00");
    assertThat(load.counts()).isEqualTo(new Counts(0, 2, 1, 0, 0, 3));
  }

  @Test
  void whatWasSetAsideIsLoadedOncePutRight() throws Exception {
    Path file = file("a.csv", "id,code,delay\n1,a,1\nx,b,2\n3,c,3\n");
    load(options(file).absent(Absent.INSERT));
    Path bad = directory.resolve("bad.csv");
    Path mended = file("mended.csv", Files.readString(bad).replace("\"x\",\"b\"", "\"2\",\"b\""));
    Files.delete(bad);

    FileBackfill load = load(options(mended).absent(Absent.INSERT));

    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(flights()).isEqualTo("1:a:1.00 2:b:2.00 3:c:3.00");
    assertThat(bad).doesNotExist();
  }

  @Test
  void parentsComeAlongFromTheSourceAndAreMissedInTheFile() throws Exception {
    two.both(
        "create table planes (id int primary key, part_of int references planes)",
        "create table legs (id int primary key, plane int not null references planes deferrable initially deferred)");
    two.source("insert into planes values (1, null)", "insert into legs values (10, 1)");
    Path legs = file("legs.csv", "id,plane\n10,1\n11,1\n12,7\n");
    Path planes = file("planes.csv", "id,part_of\n3,2\n2,1\n4,9\n5,4\nx,1\n");

    FileBackfill load =
        load(
            FileBackfillOptions.of("legs", List.of(legs.toString()))
                .absent(Absent.INSERT)
                .setAside(Optional.of(directory.resolve("l.csv"))));
    FileBackfill trees =
        load(
            FileBackfillOptions.of("planes", List.of(planes.toString()))
                .absent(Absent.INSERT)
                .setAside(Optional.of(directory.resolve("p.csv"))));

    assertThat(load.counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 1));
    assertThat(load.reasons())
        .containsOnlyKeys("refers to a row that is not there, legs_plane_fkey (23503)");
    assertThat(trees.counts()).isEqualTo(new Counts(0, 2, 0, 0, 0, 3));
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(), "select string_agg(id::text, ' ' order by id) from planes"))
        .isEqualTo("1 2 3");
  }

  @Test
  void aRowOfTheSourceThatTheTargetRefusesIsNamed() throws Exception {
    two.target("alter table flights add constraint short check (length(code) < 4)");
    two.source("insert into flights values (1, 'longer', 5), (2, 'ok', 5)");
    Path file = file("a.csv", "id,code,delay\n1,old,1\n2,old,1\n");

    FileBackfill load = load(options(file));

    assertThat(flights()).isEqualTo("2:ok:5.00");
    assertThat(load.counts()).isEqualTo(new Counts(1, 0, 0, 0, 0, 1));
    assertThat(load.reasons().firstKey()).startsWith("the target refuses the source's row: ");
  }

  @Test
  void theTargetMayCallThingsOtherwise() throws Exception {
    two.source(
        "create table points (id int primary key, x text)",
        "insert into points values (1, 'live')");
    two.target(
        "create table spots (number bigint generated always as identity primary key, value varchar(5))");
    TwoDatabases renamed =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.points"),
                        List.of(),
                        Map.of(
                            "public.points",
                            TableOverride.builder()
                                .target("public.spots")
                                .columns(Map.of("id", "number", "x", "value"))
                                .build())))
                .build());
    Path file = file("a.csv", "VALUE,id\nold,1\nfile,2\ntoo long,3\n");

    FileBackfill load =
        renamed.reconciler.backfill(
            FileBackfillOptions.of("points", List.of(file.toString()))
                .absent(Absent.INSERT)
                .setAside(Optional.of(directory.resolve("bad.csv"))),
            BackfillProgress.NONE);

    assertThat(load.counts()).as(load.toString()).isEqualTo(new Counts(1, 1, 0, 0, 0, 1));
    assertThat(load.reasons()).containsOnlyKeys("column value: too long (22001)");
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select string_agg(number || value, ' ' order by number) from spots"))
        .isEqualTo("1live 2file");
  }

  @Test
  void anExistingFileIsNotWrittenInto() throws Exception {
    Path file = file("a.csv", "id,code,delay\n1,a,1\n");
    file("bad.csv", "mine");

    assertThatThrownBy(() -> load(options(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bad.csv exists");
    assertThat(directory.resolve("bad.csv")).hasContent("mine");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from dualwrite.runs"))
        .isEqualTo("0");
  }
}
