package io.dualwrite.reconciler;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import java.sql.SQLException;
import java.time.Duration;

/** A test's databases and the reconciler over them. */
final class TwoDatabases {
  final TestDatabases dbs;
  final MigrationConfig config;
  final Reconciler reconciler;

  TwoDatabases(TestDatabases dbs) {
    this(dbs, MigrationConfig.builder("test").build());
  }

  TwoDatabases(TestDatabases dbs, MigrationConfig config) {
    this.dbs = dbs;
    this.config = config;
    this.reconciler = new Reconciler(config, dbs.source(), dbs.target());
  }

  void both(String... sql) throws SQLException {
    dbs.executeOnBoth(sql);
  }

  void source(String... sql) throws SQLException {
    dbs.execute(dbs.source(), sql);
  }

  void target(String... sql) throws SQLException {
    dbs.execute(dbs.target(), sql);
  }

  CompareOptions options() {
    return CompareOptions.of(config.reconciler()).patience(Duration.ZERO);
  }

  Comparison compare() {
    return compare(options());
  }

  Comparison compare(CompareOptions options) {
    return reconciler.compare(options, Progress.NONE);
  }

  /** The comparison of the only table. */
  TableComparison table() {
    Comparison comparison = compare();
    if (comparison.tables().size() != 1) {
      throw new AssertionError("one table was expected: " + comparison.tables());
    }
    return comparison.tables().get(0);
  }

  Repair repair() {
    return repair(RepairOptions.of(options()));
  }

  Repair repair(RepairOptions options) {
    return reconciler.repair(options, Progress.NONE);
  }
}
