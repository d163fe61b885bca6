package io.dualwrite.reconciler.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.testing.TestDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;

/** A test's databases and what an inspection finds in them. */
record Inspected(TestDatabases dbs, MigrationConfig config) {

  static Inspected of(TestDatabases dbs) {
    return new Inspected(dbs, MigrationConfig.builder("test").build());
  }

  Inspected with(UnaryOperator<MigrationConfig.Builder> change) {
    return new Inspected(dbs, change.apply(config.toBuilder()).build());
  }

  Inspected both(String... sql) throws SQLException {
    dbs.executeOnBoth(sql);
    return this;
  }

  Inspected source(String... sql) throws SQLException {
    dbs.execute(dbs.source(), sql);
    return this;
  }

  Inspected target(String... sql) throws SQLException {
    dbs.execute(dbs.target(), sql);
    return this;
  }

  Inspection inspect() {
    return new Reconciler(config, dbs.source(), dbs.target())
        .inspect(new InspectOptions(List.of(), 4));
  }

  /** The finding of that code, which is the only one of it. */
  Finding finding(String code) {
    List<Finding> findings = inspect().findings();
    assertThat(findings).as("codes").extracting(Finding::code).containsOnlyOnce(code);
    return findings.stream().filter(f -> f.code().equals(code)).findFirst().orElseThrow();
  }

  void expect(Severity severity, String code, String... words) {
    Finding finding = finding(code);
    assertThat(finding.severity()).as(code).isEqualTo(severity);
    assertThat(finding.toString()).contains(words);
    assertThat(finding.fix()).as("what to do about it").isPresent();
  }

  void expectNo(String code) {
    assertThat(inspect().findings()).extracting(Finding::code).doesNotContain(code);
  }
}
