package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A part of the tables, or of their windows: what is said of it is said of nothing else. */
@WithDatabases
@Guarantee("G10")
class SampleTest {
  private final TestDatabases dbs;

  SampleTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id int, at timestamptz, v int, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 h', i from generate_series(0, 99) i",
        "create table airports (id int primary key)",
        "insert into airports values (1)");
  }

  private Ran compare(String... options) {
    List<String> line = new ArrayList<>(List.of("compare"));
    line.addAll(List.of(options));
    return new ByUrls(dbs).run(line.toArray(String[]::new));
  }

  @Test
  void anEqualSampleIsNotInSync() {
    Ran text = compare("--sample", "5%", "--table", "flights");
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("The sample is equal: 5 of 100 windows, 5 rows. Nothing is said of the others.")
        .doesNotContain("In sync");

    Ran json = compare("--sample", "7", "--format", "json");
    assertThat(json.code()).isZero();
    assertThat(json.out())
        .contains("\"inSync\" : false", "\"ofWindows\" : 101", "\"equal\" : true");
  }

  @Test
  void whatASampleFindsIsFound() throws SQLException {
    dbs.execute(dbs.target(), "update flights set v = v + 1");

    Ran ran = compare("--sample", "5%", "--table", "flights");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out())
        .contains(
            "A sample of 5 of 100 windows was looked at.", "5 of 5 windows differ", "5 changed");
  }

  @Test
  void tablesAreLeftOutByGlobs() throws SQLException {
    dbs.execute(dbs.target(), "delete from airports");

    assertThat(compare("--exclude", "public.air*").code()).isZero();
    assertThat(compare("--exclude", "public.fl*").code()).isEqualTo(1);
    Ran none = compare("--exclude", "public.*");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--exclude leaves no table");
  }
}
