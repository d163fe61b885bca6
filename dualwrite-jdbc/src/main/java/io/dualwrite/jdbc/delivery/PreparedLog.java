package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.jdbc.prepared.PreparedTransactions.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** What the log is told of prepared transactions, and what to do about them. */
final class PreparedLog {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedLog.class);

  private final String migration;
  private final String primary;
  private final String secondary;

  PreparedLog(CopyContext context) {
    this.migration = context.migration();
    this.primary = context.primary().label();
    this.secondary = context.secondary().label();
  }

  void form(PreparedTransactions prepared) {
    StateChange.STRICT_FORM
        .in(LOG, migration)
        .addKeyValue("phases", prepared.twoPhases() ? 2 : 1)
        .log(
            "strict: {} (the {}'s max_prepared_transactions is {})",
            prepared.twoPhases() ? "two phases" : "one phase, with the journal",
            secondary,
            prepared.most());
  }

  void ended(int committed, int rolledBack) {
    StateChange.PREPARED_ENDED
        .in(LOG, migration)
        .addKeyValue("committed", committed)
        .addKeyValue("rolledBack", rolledBack)
        .log(
            "strict: of what was left prepared on the {}, {} committed and {} rolled back, after asking the {}",
            secondary,
            committed,
            rolledBack,
            primary);
  }

  void old(Waiting one) {
    about(StateChange.PREPARED_OLD, one)
        .log(
            "strict: a transaction has been prepared on the {} for {} s, because the {}'s transaction still runs; it holds its"
                + " rows, its lane and the {}'s vacuum: {}",
            secondary,
            one.age().toSeconds(),
            primary,
            secondary,
            one.text());
  }

  void notOurs(Waiting one) {
    about(StateChange.PREPARED_LEFT, one)
        .log(
            "strict: a transaction has been prepared on the {} for {} s by a user other than this application's, and only that"
                + " user may end it: {}",
            secondary,
            one.age().toSeconds(),
            one.text());
  }

  void unknown(Waiting one) {
    about(StateChange.PREPARED_LEFT, one)
        .log(
            "strict: the {} does not know what became of a transaction that has been prepared on the {} for {} s (was the {}"
                + " restored, or replaced by another server?). It stays prepared, and holds its rows, its lane and the {}'s"
                + " vacuum, until somebody ends it on the {}: ROLLBACK PREPARED '{}'. What the {} has of it is then delivered"
                + " from the journal.",
            primary,
            secondary,
            one.age().toSeconds(),
            primary,
            secondary,
            secondary,
            one.text(),
            primary);
  }

  private LoggingEventBuilder about(StateChange change, Waiting one) {
    return change
        .in(LOG, migration)
        .addKeyValue("id", one.text())
        .addKeyValue("ageSeconds", one.age().toSeconds());
  }
}
