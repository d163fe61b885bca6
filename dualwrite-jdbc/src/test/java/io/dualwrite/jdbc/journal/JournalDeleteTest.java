package io.dualwrite.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries are deleted by identity: what took the place of one that was read stays. */
@WithDatabases
class JournalDeleteTest {
  private final TestDatabases dbs;
  private final Journal journal = new Journal("dualwrite");

  JournalDeleteTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void create() throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      ControlSchema.create(source, "dualwrite", "source");
    }
    write("1", "2", "3");
  }

  private void write(String... keys) throws SQLException {
    for (String key : keys) {
      dbs.execute(
          dbs.source(),
          "INSERT INTO dualwrite.journal (table_name, key_id, key) VALUES ('public.t', 7, '{"
              + key
              + "}')");
    }
  }

  private JournalSnapshot read() throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      JournalSnapshot read =
          journal.read(
              new Pipeline(source),
              Map.of("public.t", ReadFrom.BEGINNING),
              new ReadLimit(100, 100));
      source.rollback();
      source.setAutoCommit(true);
      return read;
    }
  }

  private void delete(JournalSnapshot read) throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      Pipeline pipeline = new Pipeline(source);
      journal.delete(pipeline, read);
      pipeline.send();
    }
  }

  private String keys() throws SQLException {
    return dbs.queryValue(
        dbs.source(),
        "SELECT coalesce(string_agg(key[1], ',' ORDER BY at), '') FROM dualwrite.journal");
  }

  @Test
  @Guarantee("G5")
  void whatWasReadAndNothingElse() throws Exception {
    JournalSnapshot read = read();
    write("4");
    delete(read.of(read.entries().subList(0, 2)));
    assertThat(keys()).isEqualTo("3,4");
  }

  @Test
  @Guarantee("G5")
  void anEntryThatLiesWhereOneLayStays() throws Exception {
    JournalSnapshot read = read();
    dbs.execute(dbs.source(), "DELETE FROM dualwrite.journal", "VACUUM dualwrite.journal");
    write("4", "5", "6");
    assertThat(read().entries().stream().map(JournalEntry::place).toList())
        .isEqualTo(read.entries().stream().map(JournalEntry::place).toList());
    delete(read);
    assertThat(keys()).isEqualTo("4,5,6");
  }

  @Test
  @Guarantee("G5")
  void entriesThatADumpBroughtFromAnotherServer() throws Exception {
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, key, tx) VALUES ('public.t', 7, '{4}', '999999999999'),"
            + " ('public.t', 7, NULL, '999999999999')");
    WholeEntries whole;
    try (Connection source = dbs.source().getConnection()) {
      whole = journal.readWhole(source, "public.t", 7);
      Pipeline pipeline = new Pipeline(source);
      journal.delete(pipeline, whole);
      pipeline.send();
    }
    assertThat(keys()).isEqualTo("1,2,3,4");
    delete(read());
    assertThat(keys()).isEmpty();
  }

  @Test
  @Guarantee("G5")
  void afterARewriteOfTheTableTheEntriesStay() throws Exception {
    dbs.execute(dbs.source(), "DELETE FROM dualwrite.journal WHERE key = '{1}'");
    JournalSnapshot read = read();
    dbs.execute(dbs.source(), "VACUUM FULL dualwrite.journal");
    delete(read.of(read.entries().subList(0, 1)));
    assertThat(keys()).isEqualTo("2,3");
  }

  @Test
  @Guarantee("G7")
  void theLastSequenceValueOfTheSessionIsTheApplications() throws Exception {
    dbs.executeOnBoth("CREATE TABLE o (id bigserial PRIMARY KEY, n int)");
    try (DualWriteDataSource dataSource =
            DualWriteDataSource.builder()
                .config(MigrationConfig.builder("test").build())
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO o (n) VALUES (1), (2), (3)");
      try (ResultSet rows = statement.executeQuery("SELECT lastval()")) {
        rows.next();
        assertThat(rows.getLong(1)).isEqualTo(3);
      }
    }
  }
}
