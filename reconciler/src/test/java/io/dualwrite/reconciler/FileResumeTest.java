package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load that goes on where it was interrupted, and a target that is not as it was left. */
@WithDatabases
class FileResumeTest {
  private static final String RECORDS = "id,p\n1,1\nx,1\n3,1\ny,1\n5,1\n";

  @TempDir private Path directory;
  private final TwoDatabases two;

  FileResumeTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException, IOException {
    two.reconciler.init();
    two.both(
        "create table v (id int, p int, primary key (id, p)) partition by list (p)",
        "create table v1 partition of v for values in (1)");
    Files.writeString(directory.resolve("a.csv"), RECORDS);
  }

  private FileBackfillOptions options() {
    return FileBackfillOptions.of("public.v", List.of(directory.resolve("a.csv").toString()))
        .absent(Absent.INSERT)
        .batchRows(2)
        .setAside(Optional.of(directory.resolve("bad.csv")));
  }

  /** Does something once the first batch is kept. */
  private static BackfillProgress afterFirst(Runnable action) {
    return new BackfillProgress() {
      private boolean done;

      @Override
      public void advance(String table, long rows) {
        if (rows > 0 && !done) {
          done = true;
          action.run();
        }
      }
    };
  }

  private void interrupt() {
    assertThatThrownBy(
            () ->
                two.reconciler.backfill(
                    options(),
                    afterFirst(
                        () -> {
                          throw new UncheckedIOException(new IOException("interrupted"));
                        })))
        .isInstanceOf(UncheckedIOException.class);
  }

  private FileBackfill resume() {
    return two.reconciler.backfill(options().resume(true), BackfillProgress.NONE);
  }

  private void assertAllThere(FileBackfill load) throws Exception {
    assertThat(load.problem()).isEmpty();
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(), "select string_agg(id::text, ' ' order by id) from v"))
        .isEqualTo("1 3 5");
    assertThat(load.counts()).isEqualTo(new Counts(0, 3, 0, 0, 0, 2));
    assertThat(Files.readAllLines(directory.resolve("bad.csv"))).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "truncate v",
        "drop table v; create table v (id int primary key, p int)",
        "alter table v detach partition v1; create table v2 partition of v for values in (1)"
      })
  void whatIsGoneIsLoadedAgain(String sql) throws Exception {
    interrupt();
    two.target(sql.split(";", -1));

    FileBackfill load = resume();

    assertAllThere(load);
    assertThat(load.notes()).anyMatch(n -> n.contains("emptied, rewritten or made anew"));
  }

  @Test
  void aNewPartitionTakesNothingAway() throws Exception {
    interrupt();
    two.target("create table v2 partition of v for values in (2)");

    FileBackfill load = resume();

    assertAllThere(load);
    assertThat(load.notes()).noneMatch(n -> n.contains("made anew"));
    assertThat(load.recordsBefore()).isEqualTo(2);
  }

  @Test
  void aTargetThatIsEmptiedMeanwhileIsNeverCalledComplete() throws Exception {
    FileBackfill load =
        two.reconciler.backfill(
            options(),
            afterFirst(
                () -> {
                  try {
                    two.target("truncate v");
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                }));

    assertThat(load.complete()).isFalse();
    assertThat(load.problem().orElseThrow()).contains("was emptied", "--resume");
    assertAllThere(resume());
  }
}
