package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Sample;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A date is its day's first moment: what ends within a day has the day in it. */
@WithDatabases
@Guarantee("G10")
class DateColumnTest {
  private final TwoDatabases two;

  DateColumnTest(TestDatabases dbs) {
    TableOverride grows = TableOverride.builder().timeColumn("day").appendOnly(true).build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", grows)))
                .build());
  }

  private void days(String sourceType) throws SQLException {
    two.source("create table t (id int primary key, day " + sourceType + ")");
    two.target("create table t (id int primary key, day date)");
    two.both(
        "insert into t select i, (date '2001-01-01' + i / 10) from generate_series(0, 99) i",
        "create index on t (day)");
    two.reconciler.init();
  }

  private Comparison part(String from, String to) {
    return two.compare(two.options().range(Optional.of(from), Optional.of(to)));
  }

  @ParameterizedTest
  @CsvSource({"date", "timestamptz"})
  void theDayInWhichAPartEndsIsLookedAt(String sourceType) throws SQLException {
    days(sourceType);
    two.target("update t set id = -id where id = 45");

    assertThat(part("2001-01-05", "2001-01-05T14:00:00Z").inSync()).isFalse();
    assertThat(part("2001-01-01", "2001-01-05").inSync()).isTrue();
    assertThat(
            two.compare(
                    two.options()
                        .range(Optional.of("2001-01-05"), Optional.of("2001-01-05T14:00:00Z"))
                        .sample(Optional.of(Sample.parse("100%"))))
                .inSync())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"date", "timestamptz"})
  void aDayIsVerifiedWhenItIsOver(String sourceType) throws SQLException {
    days(sourceType);
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    two.both("insert into t values (1000, '" + today + "')");

    String within = today.atTime(0, 0, 1).toInstant(ZoneOffset.UTC).toString();
    two.reconciler.look(two.options().range(Optional.empty(), Optional.of(within)), true);

    assertThat(two.reconciler.status().kept().tables())
        .allSatisfy(
            t ->
                assertThat(t.verified().orElseThrow().upTo().orElseThrow())
                    .isLessThanOrEqualTo(today + "T00:00:00Z"));
    two.source("insert into t values (1001, '" + today + "')");
    assertThat(two.compare().inSync()).isFalse();
  }
}
