package io.dualwrite.jdbc.runtime;

import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import io.dualwrite.jdbc.delivery.StrictCommit;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.wrap.MirroredTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How transactions that touched mirrored tables are committed, and what follows their commit. */
final class Commits {
  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  private final MigrationConfig config;
  private final CopyContext context;
  private final DeliveryEngine delivery;
  private final StrictCommit strict;
  private final Plans plans;
  private final SchemaWatch schema;
  private final boolean byTriggers;
  private final DeliveryProbe probe;

  /**
   * @param byTriggers whether triggers name the rows, so that statements do not tell which
   */
  Commits(
      MigrationConfig config,
      CopyContext context,
      DeliveryEngine delivery,
      StrictCommit strict,
      Plans plans,
      SchemaWatch schema,
      boolean byTriggers,
      DeliveryProbe probe) {
    this.config = config;
    this.context = context;
    this.delivery = delivery;
    this.strict = strict;
    this.plans = plans;
    this.schema = schema;
    this.byTriggers = byTriggers;
    this.probe = probe;
  }

  /** By the strictest policy of the tables that it touched. */
  void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    if (transaction.policy() == FailurePolicy.STRICT) {
      strictly(raw, transaction);
    } else {
      long started = System.nanoTime();
      raw.commit();
      delivery.wrote(System.nanoTime() - started);
      committed(transaction);
    }
  }

  /**
   * Tables of other policies that the transaction has created follow from the journal: delivery
   * cannot know them before the commit. Rows that only memory names (BEST_EFFORT) follow as well:
   * some of them may have been rolled back to a savepoint, so that this transaction does not hold
   * them, and then they may be copied under the lane's exclusive lock alone.
   */
  private void strictly(Connection raw, MirroredTransaction transaction) throws SQLException {
    Map<Boolean, List<CapturedTable>> known =
        transaction.tables().stream().collect(Collectors.partitioningBy(this::isKnownToAll));
    try {
      strict.commit(raw, known.getOrDefault(true, List.of()));
    } catch (SQLException e) {
      if (e.getCause() instanceof ChangedTableException) {
        // So that the next try journals by what the tables are now.
        schema.changed();
      }
      throw e;
    }
    known.getOrDefault(false, List.of()).forEach(table -> delivery.wake(table.journalName()));
    transaction.tables().forEach(table -> remember(transaction, table));
  }

  /** It has committed: what it touched is delivered, and under {@code SYNC} waited for. */
  void committed(MirroredTransaction transaction) {
    probe.reached(DeliveryProbe.Point.PRIMARY_COMMITTED);
    for (CapturedTable table : transaction.tables()) {
      if (!remember(transaction, table)) {
        delivery.wake(table.journalName());
      }
    }
    if (transaction.isJournaledElsewhere()) {
      delivery.look();
    }
    if (config.delivery() == Delivery.SYNC && transaction.policy() != FailurePolicy.BEST_EFFORT) {
      try {
        delivery.await(byTriggers ? journaled() : names(transaction), config.secondary().timeout());
      } catch (InterruptedException e) {
        // The primary has committed; whoever interrupted finds the flag.
        Thread.currentThread().interrupt();
      } catch (SQLException e) {
        LOG.warn(
            "migration {}: what a commit under SYNC is to wait for cannot be read: {}",
            config.migration(),
            Failures.describe(e));
      }
    }
  }

  /** Has rows delivered that only memory names; false if there are none. */
  private boolean remember(MirroredTransaction transaction, CapturedTable table) {
    List<RowKey> keys = transaction.remembered(table);
    if (keys.isEmpty()) {
      return false;
    }
    delivery.remember(table.journalName(), table.keyId(), keys);
    return true;
  }

  /**
   * The tables that the journal names rows of, after a commit: those that triggers have named in
   * it, which no statement tells, are among them unless they are delivered.
   */
  private List<String> journaled() throws SQLException {
    try (Connection connection = context.primaryDatabase().getConnection()) {
      return context.journal().tablesWithEntries(connection).stream()
          .filter(table -> delivery.lane(table).isPresent())
          .toList();
    }
  }

  private boolean isKnownToAll(CapturedTable table) {
    return table.policy() == FailurePolicy.STRICT
        || UncommittedTables.known(plans.tables(), table).isPresent();
  }

  private static List<String> names(MirroredTransaction transaction) {
    return transaction.tables().stream().map(CapturedTable::journalName).toList();
  }
}
