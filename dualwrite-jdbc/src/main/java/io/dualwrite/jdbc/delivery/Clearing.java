package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.pipeline.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a round, once the secondary's commit is acknowledged: entries delivered are deleted,
 * those of refused rows are put aside, in one transaction of the primary.
 */
final class Clearing {
  private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);

  private final String migration;
  private final Journal journal;
  private final HeldTables held;
  private final DualWriteMetrics metrics;
  private final Map<String, Integer> keyIds;

  private record NamedRow(String table, RowKey key) {
    NamedRow(RefusedRow refused) {
      this(refused.table().name().toString(), refused.key());
    }

    boolean isIn(JournalEntry entry, Predicate<RowKey> several) {
      return table.equals(entry.table()) && several.test(key);
    }
  }

  Clearing(
      CopyContext context, HeldTables held, DualWriteMetrics metrics, Map<String, Integer> keyIds) {
    this.migration = context.migration();
    this.journal = context.journal();
    this.held = held;
    this.metrics = metrics;
    this.keyIds = keyIds;
  }

  /** Returns the tables of which entries stay that no walk stands for. */
  Set<String> run(LockedCopy copy, Round round) throws SQLException {
    Map<NamedRow, SQLException> failures = new LinkedHashMap<>();
    round.refused.forEach(r -> failures.put(new NamedRow(r), r.cause()));
    List<JournalEntry> delivered = new ArrayList<>();
    List<JournalEntry> triedAgain = new ArrayList<>();
    List<JournalEntry> succeeded = new ArrayList<>();
    List<WholeTable> walked = new ArrayList<>();
    round.finished.forEach(
        whole -> {
          if (whole.walked() == null) {
            delivered.addAll(whole.journaled());
          } else {
            walked.add(whole);
          }
          succeeded.addAll(whole.setAside());
        });
    Map<NamedRow, JournalEntry> aside = new LinkedHashMap<>();
    Set<NamedRow> left = left(round);
    for (JournalEntry entry : round.entries) {
      Predicate<RowKey> several = round.several.get(entry);
      if (several != null) {
        if (isDelivered(entry, several, left, failures)) {
          delivered.add(entry);
        }
        continue;
      }
      NamedRow row = row(entry);
      SQLException failure = failures.get(row);
      if (row.key.values().isEmpty() || left.contains(row)) {
        continue;
      }
      if (failure == null) {
        delivered.add(entry);
      } else if (Failures.refusesTable(failure)) {
        held.hold(entry.table(), failure);
      } else {
        delivered.add(entry);
        aside.putIfAbsent(row, entry);
      }
    }
    for (JournalEntry entry : round.retried) {
      NamedRow row = row(entry);
      if (!row.key.values().isEmpty()) {
        (failures.containsKey(row) ? triedAgain : succeeded).add(entry);
        aside.remove(row);
      }
    }
    Set<String> kept = kept(round, delivered);
    noteUnnamed(round, triedAgain, aside);
    Instant now = Instant.now();
    delivered.forEach(e -> metrics.deliveryLag(Duration.between(e.at(), now)));
    walked.forEach(
        whole ->
            whole.journaled().forEach(e -> metrics.deliveryLag(Duration.between(e.at(), now))));
    if (aside.isEmpty() && triedAgain.isEmpty() && succeeded.isEmpty()) {
      copy.end(last -> delete(last, round, delivered, walked));
      return kept;
    }
    Connection primary = copy.end();
    try {
      for (Map.Entry<NamedRow, JournalEntry> each : aside.entrySet()) {
        setAside(primary, each.getValue(), required(failures.get(each.getKey())));
      }
      for (JournalEntry entry : triedAgain) {
        SQLException failure = required(failures.get(row(entry)));
        journal
            .setAsideEntries()
            .triedAgain(primary, entry, failure.getSQLState(), Failures.describe(failure));
      }
      journal.setAsideEntries().delete(primary, succeeded);
      Pipeline last = new Pipeline(primary);
      delete(last, round, delivered, walked);
      last.send();
      primary.commit();
      return kept;
    } catch (SQLException e) {
      primary.rollback();
      throw e;
    }
  }

  private static Set<String> kept(Round round, List<JournalEntry> delivered) {
    Set<JournalEntry> gone = Collections.newSetFromMap(new IdentityHashMap<>());
    gone.addAll(delivered);
    gone.addAll(round.leftToWalks);
    return round.entries.stream()
        .filter(e -> !gone.contains(e))
        .map(JournalEntry::table)
        .collect(Collectors.toSet());
  }

  private void delete(
      Pipeline last, Round round, List<JournalEntry> delivered, List<WholeTable> walked) {
    journal.delete(last, round.found.of(delivered));
    for (WholeTable whole : walked) {
      journal.delete(last, required(whole.walked()));
    }
  }

  /** Rows of it that were refused get entries of their own. */
  private boolean isDelivered(
      JournalEntry entry,
      Predicate<RowKey> several,
      Set<NamedRow> left,
      Map<NamedRow, SQLException> failures) {
    for (Map.Entry<NamedRow, SQLException> failed : failures.entrySet()) {
      if (failed.getKey().isIn(entry, several) && Failures.refusesTable(failed.getValue())) {
        held.hold(entry.table(), failed.getValue());
        return false;
      }
    }
    return left.stream().noneMatch(row -> row.isIn(entry, several));
  }

  /**
   * Rows refused on a walk over the whole table, or remembered: from here on an entry of their own
   * stands for them.
   */
  private void noteUnnamed(
      Round round, List<JournalEntry> triedAgain, Map<NamedRow, JournalEntry> aside) {
    Set<NamedRow> known = new HashSet<>();
    round.entries.forEach(e -> known.add(row(e)));
    triedAgain.forEach(e -> known.add(row(e)));
    for (RefusedRow refused : round.refused) {
      NamedRow row = new NamedRow(refused);
      if (!known.contains(row) && !Failures.refusesTable(refused.cause())) {
        aside.put(
            row,
            new JournalEntry(
                0,
                "",
                row.table,
                keyIds.get(row.table),
                refused.key().values(),
                null,
                null,
                false,
                Instant.now(),
                0));
      }
    }
  }

  private static Set<NamedRow> left(Round round) {
    Set<NamedRow> left = new HashSet<>();
    round.copied.forEach(
        (t, r) -> r.left().forEach(key -> left.add(new NamedRow(t.name().toString(), key))));
    return left;
  }

  /** The row that the entry names; without a key where it names more than one. */
  private NamedRow row(JournalEntry entry) {
    boolean named = entry.namesRowBy(keyIds.getOrDefault(entry.table(), 0));
    return new NamedRow(entry.table(), new RowKey(named ? required(entry.key()) : List.of()));
  }

  private static <T> T required(@Nullable T value) {
    return Objects.requireNonNull(value);
  }

  private void setAside(Connection primary, JournalEntry entry, SQLException failure)
      throws SQLException {
    String reason = Failures.describe(failure);
    journal.setAsideEntries().add(primary, entry, failure.getSQLState(), reason);
    metrics.secondaryFailure(entry.table(), "refused-" + failure.getSQLState());
    if (held.isNews(entry.table() + reason)) {
      StateChange.SET_ASIDE
          .in(LOG, migration)
          .addKeyValue("table", entry.table())
          .addKeyValue("sqlState", String.valueOf(failure.getSQLState()))
          .log(
              "delivery: rows of {} are set aside: {}. They are tried again by themselves; `reconciler status` lists them."
                  + " (Said once a minute.)",
              entry.table(),
              reason);
    }
  }
}
