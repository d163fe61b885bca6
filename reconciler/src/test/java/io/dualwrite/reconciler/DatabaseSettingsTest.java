package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The target's database has other settings for whoever connects. */
@WithDatabases
class DatabaseSettingsTest {
  private static final List<String> SETTINGS =
      List.of(
          "standard_conforming_strings = off",
          "escape_string_warning = on",
          "backslash_quote = off",
          "bytea_output = 'escape'",
          "datestyle = 'SQL, DMY'",
          "intervalstyle = 'iso_8601'",
          "extra_float_digits = -15",
          "timezone = 'Asia/Kathmandu'",
          "array_nulls = off",
          "xmloption = 'document'",
          "quote_all_identifiers = on",
          "transform_null_equals = on",
          "default_transaction_isolation = 'serializable'",
          "search_path = pg_catalog");

  private final TestDatabases dbs;

  DatabaseSettingsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @ParameterizedTest
  @EnumSource
  void changeNothing(Checksum checksum) throws Exception {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both(
        "create table t (k text primary key, b bytea, at timestamptz, i interval, f float8, a text[], x xml)",
        "insert into t values (E'a\\\\b', '\\x00ff5c', '2001-01-14 10:00Z', '1 day 2 hours', 0.1, array['x', null, E'\\\\'], 'text'),"
            + " (E'quote'' and \\\\', null, 'infinity', null, '-0', '{}', '<a/>'), ('same', '', null, '0', 'NaN', null, null)");
    two.target(
        "update t set b = '\\x00ff5d' where k = E'a\\\\b'", "delete from t where k like 'quote%'");
    for (String setting : SETTINGS) {
      two.target("alter database " + dbs.database() + " set " + setting);
    }
    PGSimpleDataSource target = new PGSimpleDataSource();
    target.setUrl(dbs.targetUrl());
    Reconciler reconciler = new Reconciler(two.config, dbs.source(), target);

    Comparison before =
        reconciler.compare(two.options().checksum(Optional.of(checksum)), Progress.NONE);
    TableComparison table = before.tables().get(0);
    assertThat(table.missing() + " " + table.changed() + " " + table.extra()).isEqualTo("1 1 0");
    assertThat(reconciler.repair(RepairOptions.of(two.options()), Progress.NONE).after().inSync())
        .isTrue();
    assertThat(two.compare().inSync()).isTrue();
  }
}
