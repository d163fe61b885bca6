package io.dualwrite.jdbc.wrap;

import java.sql.Connection;

/** Hands a share of the reads that the primary has answered over to be repeated. */
final class Repetition {
  private final Mirroring mirroring;
  private final Connection raw;
  private final SessionNames names;
  private final CurrentTransaction transaction;

  Repetition(
      Mirroring mirroring, Connection raw, SessionNames names, CurrentTransaction transaction) {
    this.mirroring = mirroring;
    this.raw = raw;
    this.names = names;
    this.transaction = transaction;
  }

  /** After a statement that was run as it was written and writes nothing. */
  void after(StatementForms statement) {
    if (mirroring.repeatsReads()
        && transaction.touched().isEmpty()
        && !names.temporaryTables()
        && mirroring.samples(statement.sql())) {
      BoundParameters parameters = statement.parameters();
      if (parameters != null) {
        mirroring.repeat(raw, names, statement.sql(), parameters);
      }
    }
  }
}
