package io.dualwrite.jdbc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.AutoSave;

/** What is loaded by {@code COPY … FROM STDIN} arrives on the other side, and nothing else. */
@WithDatabases
class LoadTest {
  private final TestDatabases dbs;
  private DualWriteDataSource dataSource;
  private Connection connection;

  LoadTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void open() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE t (a int, at timestamptz, name text, PRIMARY KEY (at, a))",
        "CREATE TABLE n (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE u (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, name text)");
    open(MigrationConfig.builder("test").build(), dbs.target());
  }

  private void open(MigrationConfig config, DataSource target) throws SQLException {
    dataSource =
        DualWriteDataSource.builder().config(config).source(dbs.source()).target(target).build();
    connection = dataSource.getConnection();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    dataSource.close();
  }

  private long copy(String sql, String data) throws Exception {
    return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(data));
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String journal(String what) throws SQLException {
    return dbs.queryValue(dbs.source(), "SELECT " + what + " FROM dualwrite.journal");
  }

  private void sameRows(String table, int count) throws Exception {
    await().until(() -> journal("count(*)").equals("0"));
    dbs.assertSameRows("SELECT * FROM " + table + " ORDER BY 1, 2");
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM " + table))
        .isEqualTo(Integer.toString(count));
  }

  @Test
  void textAsTheSessionUnderstandsIt() throws Exception {
    run("SET TimeZone = 'Asia/Kathmandu'");
    run("SET DateStyle = 'ISO, DMY'");
    long rows =
        copy(
            "COPY t (name, a, at) FROM STDIN",
            "one\t1\t03/02/2024 00:00\n"
                + "tab\\tand \\\\ and \\x41\\101\t 2 \t2024-02-03 00:00+00\n"
                + "\\N\t3\tinfinity\n");
    assertThat(rows).isEqualTo(3);
    sameRows("t", 3);
  }

  @Test
  void csvWithQuotesLineEndsAndAHeaderInPieces() throws Exception {
    dbs.executeOnBoth("CREATE TABLE c (name text PRIMARY KEY, other text)");
    String data =
        "name,other\r\n\"a,\"\"b\"\"\r\nc\",1\r\nplain,\"x\r\ny\"\r\n\"\",empty\r\n\\.x,last";
    CopyIn copy =
        new CopyManager(connection.unwrap(BaseConnection.class))
            .copyIn("copy public.c from stdin with (format csv, header)");
    byte[] bytes = data.getBytes(UTF_8);
    for (byte b : bytes) {
      copy.writeToCopy(new byte[] {b}, 0, 1);
    }
    assertThat(copy.endCopy()).isEqualTo(4);
    sameRows("c", 4);
  }

  @Test
  void oldOptionsAndAnotherEncoding() throws Exception {
    dbs.executeOnBoth("CREATE TABLE c (name text PRIMARY KEY, other text)");
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY c FROM STDIN WITH DELIMITER AS ';' NULL AS '-' CSV QUOTE AS '|' ESCAPE E'\\\\' ENCODING 'LATIN1'");
    byte[] data = "|\u00e4\\|;b|;-\n\u00f6;1\n".getBytes(ISO_8859_1);
    copy.writeToCopy(data, 0, data.length);
    assertThat(copy.endCopy()).isEqualTo(2);
    sameRows("c", 2);
  }

  @Test
  void binaryKeysOfSeveralTypes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write("PGCOPY\n\u00ff\r\n\0".getBytes(ISO_8859_1));
    out.writeInt(0);
    out.writeInt(0);
    for (int i = 0; i < 5; i++) {
      out.writeShort(3);
      out.writeInt(4);
      out.writeInt(i);
      out.writeInt(8);
      out.writeLong(-1_000_001L * i);
      out.writeInt(i == 0 ? -1 : 1);
      if (i > 0) {
        out.write('x');
      }
    }
    out.writeShort(-1);
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY t FROM STDIN BINARY", new java.io.ByteArrayInputStream(bytes.toByteArray()));
    sameRows("t", 5);
  }

  @Test
  void numbersFromASequenceAsRunsOfKeys() throws Exception {
    close();
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setURL("jdbc:postgresql://127.0.0.1:1/nowhere");
    open(MigrationConfig.builder("test").build(), nowhere);
    copy("COPY n (name) FROM STDIN", rows(2500));
    assertThat(journal("count(*) || ' ' || min(range_from) || ' ' || count(key)"))
        .as("runs that end where slices of the table do")
        .isEqualTo("10 1 0");
    close();
    open(MigrationConfig.builder("test").build(), dbs.target());
    sameRows("n", 2500);
  }

  private static String rows(int count) {
    return IntStream.range(0, count).mapToObj(i -> "row " + i + "\n").collect(Collectors.joining());
  }

  @Test
  void denseAndSparseNumbersThatWereSent() throws Exception {
    String dense =
        IntStream.range(0, 1500).mapToObj(i -> (3000 - i) + "\tx\n").collect(Collectors.joining());
    String sparse =
        IntStream.range(1, 1500)
            .mapToObj(i -> (10_000L * i) + "\tx\n")
            .collect(Collectors.joining());
    assertThat(copy("COPY n FROM STDIN", dense + sparse)).isEqualTo(2999);
    sameRows("n", 2999);
  }

  @Test
  void keysThatNobodySentHaveTheWholeTableCopied() throws Exception {
    copy("COPY u (name) FROM STDIN", rows(10));
    sameRows("u", 10);
  }

  @Test
  void keysThatATriggerChanges() throws Exception {
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := NEW.a + 100; RETURN NEW; END $$",
        "CREATE TRIGGER shift BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION shift()");
    copy("COPY t FROM STDIN", "1\t2024-01-01\tx\n");
    sameRows("t", 1);
    assertThat(dbs.queryValue(dbs.target(), "SELECT a FROM t")).isEqualTo("101");
  }

  @Test
  @Guarantee("G3")
  void whatIsRolledBackOrCancelledOrRefusedNeverArrives() throws Exception {
    connection.setAutoCommit(false);
    copy("COPY t FROM STDIN", "1\t2024-01-01\tx\n");
    connection.rollback();
    copy("COPY t FROM STDIN", "2\t2024-01-01\tx\n");
    connection.commit();
    connection.setAutoCommit(true);
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY t FROM STDIN");
    byte[] row = "3\t2024-01-01\tx\n".getBytes(UTF_8);
    copy.writeToCopy(row, 0, row.length);
    copy.cancelCopy();
    assertThatThrownBy(() -> copy("COPY t FROM STDIN", "4\tnever\tx\n"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22007"));
    assertThatThrownBy(() -> copy("COPY nowhere FROM STDIN", ""))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
    assertThat(connection.getAutoCommit()).isTrue();
    run("INSERT INTO t VALUES (5, '2024-01-01', 'after')");
    sameRows("t", 2);
  }

  @Test
  void keylessTablesByTheRangeThatWasLoaded() throws Exception {
    dbs.executeOnBoth("CREATE TABLE k (at timestamptz, name text)");
    close();
    open(
        MigrationConfig.parse(
            """
            migration: test
            source: {url: "jdbc:postgresql://a/b"}
            target: {url: "jdbc:postgresql://a/b"}
            tables:
              overrides:
                public.k: {keyless: ranges, time-column: at}
            """,
            "test.yaml",
            name -> null),
        dbs.target());
    copy("COPY k FROM STDIN", "2024-01-02\tb\n2024-01-01\ta\n2024-01-01\ta\n");
    sameRows("k", 3);
  }

  @Test
  @Guarantee("G1")
  void noRowStaysWithoutItsEntryWhereTheDriverTakesBackWhatFails() throws Exception {
    connection.setAutoCommit(false);
    connection.unwrap(PGConnection.class).setAutosave(AutoSave.ALWAYS);
    dbs.execute(
        dbs.source(),
        "ALTER TABLE dualwrite.journal ADD CONSTRAINT refused CHECK (false) NOT VALID");
    assertThatThrownBy(() -> copy("COPY t (a, at) FROM STDIN", "1\t2024-01-01\n"))
        .isInstanceOf(SQLException.class);
    dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal DROP CONSTRAINT refused");
    assertThat(connection.unwrap(PGConnection.class).getAutosave()).isEqualTo(AutoSave.ALWAYS);
    connection.commit();
    sameRows("t", 0);
  }

  @Test
  @Guarantee("G1")
  void anEncodingWhoseCharactersHoldBytesOfSeparators() throws Exception {
    dbs.executeOnBoth("CREATE TABLE c (name text PRIMARY KEY, other text)");
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY c FROM STDIN (ENCODING 'WIN936', DELIMITER '|')");
    for (int second = 0x40; second < 0x7f; second++) {
      copy.writeToCopy(new byte[] {(byte) 0x81, (byte) second, '|', '1', '\n'}, 0, 5);
    }
    assertThat(copy.endCopy()).isEqualTo(63);
    sameRows("c", 63);
  }

  @Test
  @Guarantee("G1")
  void aSequenceThatIsSetBackMeanwhile() throws Exception {
    copy("COPY n (name) FROM STDIN", "a\nb\nc\n");
    CopyIn copy =
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY n (name) FROM STDIN");
    dbs.execute(dbs.source(), "SELECT setval('n_id_seq', 1, false)", "DELETE FROM n");
    byte[] data = "x\ny\n".getBytes(UTF_8);
    copy.writeToCopy(data, 0, data.length);
    assertThat(copy.endCopy()).isEqualTo(2);
    await().until(() -> journal("count(*)").equals("0"));
    assertThat(dbs.queryValue(dbs.target(), "SELECT string_agg(name, ',' ORDER BY id) FROM n"))
        .contains("x,y");
  }

  @Test
  @Guarantee("G1")
  void aQuotedNullOfTheRangeColumn() throws Exception {
    dbs.executeOnBoth("CREATE TABLE k (at timestamptz, name text)");
    close();
    open(
        MigrationConfig.parse(
            """
            migration: test
            source: {url: "jdbc:postgresql://a/b"}
            target: {url: "jdbc:postgresql://a/b"}
            tables:
              overrides:
                public.k: {keyless: ranges, time-column: at}
            """,
            "test.yaml",
            name -> null),
        dbs.target());
    copy("COPY k FROM STDIN (FORMAT csv, FORCE_NULL (name, at))", "\"\",a\n2024-01-01,b\n");
    sameRows("k", 2);
  }
}
