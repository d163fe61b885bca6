package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A control schema that another migration has made. */
@WithDatabases
class OtherMigrationTest {
  private static final String BELONGS =
      "source: schema dualwrite belongs to migration \"metrics\", not \"orders\"";

  private final TestDatabases dbs;
  @TempDir private Path directory;

  OtherMigrationTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private Path file(String migration) throws IOException {
    Path file = directory.resolve(migration + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: {url: "%s"}
        target: {url: "%s"}
        """
            .formatted(migration, dbs.sourceUrl(), dbs.targetUrl()));
    return file;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("create table flights (id int primary key)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "compare", "repair", "status", "kill-switch engage"})
  void isNotTakenForOnesOwn(String command) throws Exception {
    assertThat(Ran.of("init", "-c", file("metrics").toString()).code()).isZero();

    Ran ran = Ran.of((command + " -c " + file("orders")).split(" "));

    assertThat(ran.err()).startsWith(BELONGS).contains("migration:", "journal: {schema: …}");
    assertThat(ran.err().lines()).hasSize(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void onTheTargetKeepsInitFromTouchingTheSource() throws Exception {
    assertThat(Ran.of("init", "-c", file("metrics").toString()).code()).isZero();
    dbs.execute(dbs.source(), "drop schema dualwrite cascade");

    Ran ran = Ran.of("init", "-c", file("orders").toString());

    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(ran.err()).startsWith("target: schema dualwrite belongs to migration \"metrics\"");
    assertThat(dbs.queryValue(dbs.source(), "select to_regnamespace('dualwrite') is null"))
        .isEqualTo("t");
  }

  @Test
  void isTheOneMeantWhereUrlsAloneAreGiven() throws Exception {
    assertThat(Ran.of("init", "-c", file("metrics").toString()).code()).isZero();
    String[] urls = {"--source", dbs.sourceUrl(), "--target", dbs.targetUrl()};

    assertThat(Ran.of("status", urls[0], urls[1], urls[2], urls[3]).out())
        .startsWith("migration metrics · ");
    assertThat(Ran.of("kill-switch", "engage", urls[0], urls[1], urls[2], urls[3]).code()).isZero();
    assertThat(dbs.queryValue(dbs.source(), "select kill_switch from dualwrite.control"))
        .isEqualTo("t");
    assertThat(Ran.of("compare", urls[0], urls[1], urls[2], urls[3]).code()).isZero();
  }
}
