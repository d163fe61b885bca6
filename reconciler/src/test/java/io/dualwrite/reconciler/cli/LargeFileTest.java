package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files much larger than the heap. More rows with {@code -Dfile.rows=2000000}. */
@WithDatabases
class LargeFileTest {
  private static final int ROWS = Integer.getInteger("file.rows", 200_000);
  private static final Duration PATIENCE = Duration.ofSeconds(120 + ROWS / 200);

  @TempDir private Path directory;
  private final TestDatabases dbs;

  LargeFileTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws Exception {
    assertThat(new ByUrls(dbs).run("init").code()).isZero();
    dbs.executeOnBoth(
        "create table metrics (id int primary key, at timestamptz not null, value double precision, note text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "parquet"})
  void areLoadedWithLittleMemory(String format) throws Exception {
    Path file = directory.resolve("metrics." + format);
    try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("set memory_limit = '512MB'");
      statement.execute(
          "copy (select i as id, timestamptz '2020-01-01 00:00:00+00' + to_seconds(i) as at, i / 7 as value, repeat('note ', 60) || i as note from range("
              + ROWS
              + ") t(i)) to '"
              + file
              + "'");
    }
    try (ChildJvm child =
        ChildJvm.of(Main.class)
            .jvmOptions("-Xmx96m")
            .arguments(
                "backfill",
                "--table=metrics",
                "--absent=insert",
                "--file",
                file.toString(),
                "--format=json",
                "--source",
                dbs.sourceUrl(),
                "--target",
                dbs.targetUrl())
            .start()) {
      assertThat(child.await(PATIENCE)).as("%s", child.output()).isZero();
    }
    assertThat(
            dbs.queryValue(
                dbs.target(),
                "select count(*) || ' ' || sum(id) || ' ' || max(at) || ' ' || bool_and(value = id / 7.0::float8) || ' ' || sum(length(note)) from metrics"))
        .startsWith(ROWS + " " + (long) ROWS * (ROWS - 1) / 2 + " ")
        .contains(" true ");
  }
}
