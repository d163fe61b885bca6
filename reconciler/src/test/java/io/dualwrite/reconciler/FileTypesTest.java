package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** Values of every type come out of a file as they went in. */
@WithDatabases
class FileTypesTest {
  private static final String TYPES = "create type mood as enum ('sad', 'so so')";
  private static final String TABLE =
      """
      create table every (id bigint primary key, s smallint, i int, n numeric(20,6), anyn numeric, r real, d float8, b boolean,
        t text, c char(5), v varchar(8), day date, ts timestamp, tz timestamptz, tm time, span interval, bin bytea, u uuid,
        j json, jb jsonb, ia int[], ta text[], tza timestamptz[], aa int[][], e mood, bits varbit, net inet, rng int4range)""";
  private static final List<String> ROWS =
      List.of(
          "(1, -32768, 2147483647, 12345678901234.123456, 1e40, 1.1754944e-38, 0.1, true, E'a\\t\"b\"\\n\\\\.\\r\\nü€😀', 'ab', '', '2024-02-29',"
              + " '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.123456+05:30', '23:59:59.999999', '1 mon 2 days 03:04:05.6', '\\x00ff5c22',"
              + " '123e4567-e89b-12d3-a456-426614174000', '{\"a\" : [1, null]}', '{\"a\": [1, null]}', '{1,NULL,-3}', '{\"a,b\",\"c\\\"d\",NULL,\"\",\"NULL\"}',"
              + " '{\"2024-01-01 00:00:00.5+00\"}', '{{1,2},{3,4}}', 'so so', '10101', '10.0.0.0/8', '[1,5)')",
          "(2, null, null, null, 'NaN', '-Infinity', 'NaN', null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)",
          "(3, 0, 0, -0.000001, -0.10, '-0', '-0', false, '', '', 'NULL', '0044-03-15 BC', 'infinity', '-infinity', '00:00', '-1 year', '', null,"
              + " 'null', '\"x\"', '{}', '{}', '{}', '{}', 'sad', '', '::1', 'empty')");

  @TempDir private Path directory;
  private final TwoDatabases two;

  FileTypesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException {
    two.reconciler.init();
    two.both(TYPES, TABLE);
    two.source("create table wanted as select * from every");
    for (String row : ROWS) {
      two.source("insert into wanted values " + row);
    }
  }

  private FileBackfill load(Path file) {
    return two.reconciler.backfill(
        FileBackfillOptions.of("public.every", List.of(file.toString()))
            .absent(Absent.INSERT)
            .setAside(Optional.of(directory.resolve("bad.csv"))),
        BackfillProgress.NONE);
  }

  private void assertLoaded(FileBackfill load) throws SQLException {
    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(load.counts().inserted()).isEqualTo(ROWS.size());
    two.dbs.assertSameRows("select * from wanted", "select * from every");
  }

  /** As {@code COPY … TO … (FORMAT csv)} writes it. */
  private byte[] csv() throws SQLException, IOException {
    try (Connection connection = two.dbs.source().getConnection();
        var out = new java.io.ByteArrayOutputStream()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY (SELECT * FROM wanted) TO STDOUT (FORMAT csv, HEADER)", out);
      return out.toByteArray();
    }
  }

  @Test
  void asPostgresWritesCsv() throws Exception {
    assertLoaded(load(Files.write(directory.resolve("a.csv"), csv())));
    assertThat(
            two.dbs.queryValue(two.dbs.target(), "select octet_length(t) from every where id = 3"))
        .as("an empty text in quotes is no null")
        .isEqualTo("0");
  }

  @Test
  void compressed() throws Exception {
    Path file = directory.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(csv());
    }

    assertLoaded(load(file));
  }

  @Test
  void withAByteOrderMarkAndOtherLineEnds() throws Exception {
    String text = "\uFEFFid,t,v\r\n1,\"a\nb\",x\r\n\r\n2,\"c\r\nd\",\r\n3,,\"\"\r\n";
    two.both("create table lines (id int primary key, t text, v text)");
    Path file = Files.writeString(directory.resolve("a.csv"), text);

    FileBackfill load =
        two.reconciler.backfill(
            FileBackfillOptions.of("public.lines", List.of(file.toString())).absent(Absent.INSERT),
            BackfillProgress.NONE);

    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select string_agg(concat_ws('|', id, coalesce(t, '-'), coalesce(v, '-')), ';' order by id) from lines"))
        .isEqualTo("1|a\nb|x;2|c\r\nd|-;3|-|");
  }

  @Test
  void linesThatEndInDifferentWaysLoseNoRecordInSilence() throws Exception {
    two.both("create table lines (id int primary key, t text)");
    Path file = Files.writeString(directory.resolve("a.csv"), "id,t\n1,a\r\n2,b\n3,c\r\n4,d\n");
    FileBackfillOptions options =
        FileBackfillOptions.of("public.lines", List.of(file.toString()))
            .absent(Absent.INSERT)
            .setAside(Optional.of(directory.resolve("bad.csv")));

    FileBackfill load = two.reconciler.backfill(options, BackfillProgress.NONE);

    assertThat(load.counts().inserted() + load.counts().bad() == 4 || load.problem().isPresent())
        .as(load.toString())
        .isTrue();
  }

  @Test
  void generatedFilesComeOutAsTheyWentIn() {
    Seeds.check(5, this::generated);
  }

  private void generated(Random random) throws Exception {
    two.both(
        "drop table if exists generated",
        "create table generated (id int primary key, a text, b text)");
    String[] pieces = {
      "\"\"", ",", "\n", "\r\n", "ü", "😀", " ", "x", "\\", "'", "\t", "NULL", "#"
    };
    String end = random.nextBoolean() ? "\n" : "\r\n";
    StringBuilder text = new StringBuilder("id,a,b").append(end);
    StringBuilder wanted = new StringBuilder();
    int rows = 1 + random.nextInt(3_000);
    for (int i = 0; i < rows; i++) {
      text.append(i);
      wanted.append(i);
      for (int column = 0; column < 2; column++) {
        boolean nothing = random.nextInt(8) == 0;
        StringBuilder value = new StringBuilder();
        for (int n = nothing ? 0 : random.nextInt(12); n > 0; n--) {
          value.append(pieces[random.nextInt(pieces.length)]);
        }
        text.append(nothing ? "," : ",\"" + value + '"');
        wanted.append('|').append(nothing ? "~" : value.toString().replace("\"\"", "\""));
      }
      text.append(i == rows - 1 && random.nextBoolean() ? "" : end);
      wanted.append('|');
    }
    Path file = Files.writeString(directory.resolve("g" + random.nextLong() + ".csv"), text);

    FileBackfill load =
        two.reconciler.backfill(
            FileBackfillOptions.of("public.generated", List.of(file.toString()))
                .absent(Absent.INSERT)
                .batchRows(1 + random.nextInt(1_000))
                .setAside(Optional.of(directory.resolve("bad" + random.nextLong() + ".csv"))),
            BackfillProgress.NONE);

    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select string_agg(concat(id, '|', coalesce(a, '~'), '|', coalesce(b, '~'), '|'), '' order by id) from generated"))
        .isEqualTo(wanted.toString());
  }

  @Test
  void aNameThatLooksLikeAPatternIsAName() throws Exception {
    two.both("create table lines (id int primary key, t text)");
    Path file = Files.writeString(directory.resolve("a[1] 'x'.csv"), "id,t\n1,a\n");
    Files.writeString(directory.resolve("a1 'x'.csv"), "id,t\n2,b\n");

    FileBackfill load =
        two.reconciler.backfill(
            FileBackfillOptions.of("public.lines", List.of(file.toString())).absent(Absent.INSERT),
            BackfillProgress.NONE);

    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(two.dbs.queryValue(two.dbs.target(), "select string_agg(t, '') from lines"))
        .isEqualTo("a");
  }

  /** Runs statements in an engine of its own. */
  private static void duck(String... statements) throws SQLException {
    try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void asDuckDbWritesParquet() throws Exception {
    Path file = directory.resolve("a.parquet");
    duck(
        "set TimeZone = 'America/New_York'",
        """
        create table every (id bigint, s smallint, i int, n decimal(20,6), anyn varchar, r float, d double, b boolean, t varchar, c varchar, v varchar,
          day date, ts timestamp, tz timestamptz, tm time, span interval, bin blob, u uuid, j json, jb struct(a int[]), ia int[], ta varchar[],
          tza timestamptz[], aa int[][], e enum('sad', 'so so'), bits varchar, net varchar, rng varchar)""",
        """
        insert into every values (1, -32768, 2147483647, 12345678901234.123456, '1e40', 1.1754944e-38, 0.1, true, E'a\\t"b"\\n\\\\.\\r\\nü€😀', 'ab', '',
          '2024-02-29', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.123456+05:30', '23:59:59.999999',
          interval '1 month' + interval '2 days' + interval '03:04:05.6', '\\x00\\xff\\x5c\\x22'::blob,
          '123e4567-e89b-12d3-a456-426614174000', '{"a" : [1, null]}', {'a': [1, null]}, [1, null, -3], ['a,b', 'c"d', null, '', 'NULL'],
          ['2024-01-01 00:00:00.5+00'::timestamptz], [[1, 2], [3, 4]], 'so so', '10101', '10.0.0.0/8', '[1,5)')""",
        "insert into every (id, anyn, r, d) values (2, 'NaN', '-inf', 'nan')",
        """
        insert into every values (3, 0, 0, -0.000001, '-0.10', '-0', '-0', false, '', '', 'NULL', '0044-03-15 (BC)', 'infinity', '-infinity', '00:00',
          interval '1 year', ''::blob, null, 'null', null, [], [], [], [], 'sad', '', '::1', 'empty')""",
        "copy every to '" + file + "' (format parquet)");
    // Parquet has no negative intervals.
    two.source("update wanted set jb = null, span = '1 year' where id = 3");

    assertLoaded(load(file));
  }

  @Test
  void mapsAndStructsBecomeJson() throws Exception {
    Path file = directory.resolve("a.pq");
    duck(
        "copy (select 1 as id, {'a': 1, 'b': {'c': ['x']}} as j, map {'k': 1.5, 'l': null} as jb) to '"
            + file
            + "' (format parquet)");
    two.both("create table docs (id int primary key, j json, jb jsonb)");

    FileBackfill load =
        two.reconciler.backfill(
            FileBackfillOptions.of("public.docs", List.of(file.toString())).absent(Absent.INSERT),
            BackfillProgress.NONE);

    assertThat(load.complete()).as(load.toString()).isTrue();
    assertThat(two.dbs.queryValue(two.dbs.target(), "select j::jsonb || jb from docs"))
        .isEqualTo("{\"a\": 1, \"b\": {\"c\": [\"x\"]}, \"k\": 1.5, \"l\": null}");
  }

  @Test
  void bytesAreNotTakenForTexts() throws Exception {
    Path file = directory.resolve("a.parquet");
    duck("copy (select 1 as id, 'x'::blob as t) to '" + file + "' (format parquet)");
    two.both("create table texts (id int primary key, t text)");

    assertThatThrownBy(
            () ->
                two.reconciler.backfill(
                    FileBackfillOptions.of("public.texts", List.of(file.toString())),
                    BackfillProgress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column t has bytes, and the table's column is text");
  }

  @Test
  void whatIsNoParquetFileIsSaidToBeNone() throws Exception {
    Path file =
        Files.write(
            directory.resolve("a.parquet"), "id,t\n1,secret\n".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> load(file))
        .isInstanceOf(ReconcilerException.class)
        .hasMessageContaining("a.parquet could not be read")
        .hasMessageNotContaining("secret");
  }
}
