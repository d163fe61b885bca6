package io.dualwrite.reconciler;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables with as many columns as PostgreSQL allows: 1,600; a function takes 100 arguments. */
@WithDatabases
class ManyColumnsTest {
  private final TestDatabases dbs;

  ManyColumnsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  static Stream<Arguments> widths() {
    return Stream.of(Checksum.values())
        .flatMap(c -> Stream.of(Arguments.of(c, 200), Arguments.of(c, 1600)));
  }

  private static String columns(String pattern, int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(i -> pattern.replace("#", String.valueOf(i)))
        .collect(joining(", "));
  }

  private static void create(TwoDatabases two, int width, String key) throws SQLException {
    two.both(
        "create table wide (" + columns("c# int", 1, width - 1) + ", t text" + key + ")",
        "insert into wide select "
            + columns("i + #", 1, width - 1)
            + ", 'text ' || i from generate_series(1, 20) i");
  }

  @ParameterizedTest
  @MethodSource("widths")
  void differencesAreFoundAndRepaired(Checksum checksum, int width) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    create(two, width, ", primary key (c1)");
    CompareOptions options = two.options().checksum(Optional.of(checksum));
    assertThat(two.compare(options).inSync()).isTrue();
    two.target(
        "update wide set c150 = null where c1 = 7",
        "update wide set c" + (width - 1) + " = 0 where c1 = 8",
        "delete from wide where c1 = 9");

    assertThat(two.compare(options).tables().get(0).differences())
        .extracting(Difference::columns)
        .containsExactlyInAnyOrder(List.of("c150"), List.of("c" + (width - 1)), List.of());
    assertThat(two.repair(RepairOptions.of(options)).after().inSync()).isTrue();
    dbs.assertSameRows("select * from wide");
  }

  @ParameterizedTest
  @EnumSource(Checksum.class)
  void rowsWithoutAKeyAreCounted(Checksum checksum) throws SQLException {
    TableOverride ranges = TableOverride.builder().keylessRanges(true).build();
    TwoDatabases two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.*"), List.of(), Map.of("public.wide", ranges)))
                .build());
    create(two, 1600, "");
    two.target("delete from wide where c1 = 9");
    CompareOptions options = two.options().checksum(Optional.of(checksum));

    assertThat(two.compare(options).tables().get(0).missing()).isEqualTo(1);
    assertThat(two.repair(RepairOptions.of(options)).after().inSync()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Checksum.class)
  void historyIsCopied(Checksum checksum) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    create(two, 1600, ", primary key (c1)");
    two.target("delete from wide where c1 > 5");
    two.reconciler.init();

    assertThat(
            two.reconciler
                .backfill(
                    BackfillOptions.of(two.config.reconciler())
                        .end(End.NONE)
                        .checksum(Optional.of(checksum)),
                    BackfillProgress.NONE)
                .complete())
        .isTrue();
    dbs.assertSameRows("select * from wide");
  }
}
