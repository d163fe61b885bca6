package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.TableStream;
import io.dualwrite.jdbc.schema.Column.Generation;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Snapshots;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the reader of a result should know of a table. */
final class Notes {
  private Notes() {}

  static List<String> of(TablePair pair, Cuts cuts) {
    List<String> notes = new ArrayList<>();
    if (!pair.target().userTriggers().isEmpty()) {
      notes.add(
          "triggers on the target run for every row: "
              + String.join(", ", pair.target().userTriggers())
              + ". They are not switched off; ALTER TABLE … DISABLE TRIGGER does it, for deliveries too");
    }
    Optional<TableStream> stream = TableStream.of(pair, Side.SOURCE);
    if (stream.isEmpty()) {
      notes.add("has a \"char\" column: copied row by row");
    } else if (!stream.get().binary()) {
      notes.add("copied as text, as types differ or have no binary form of their own");
    }
    if (pair.target().columns().stream()
        .anyMatch(
            c ->
                c.generation() == Generation.IDENTITY_ALWAYS
                    || c.generation() == Generation.IDENTITY_BY_DEFAULT)) {
      notes.add("the target's sequence is not moved: that is done when the roles swap");
    }
    if (!cuts.timesAlike()) {
      notes.add(
          "the target's "
              + pair.timeColumn().orElseThrow().target().name()
              + " may keep less of a time than the source's: rows are looked up there by their keys, and those behind the end are not counted");
    }
    if (cuts.columns().isEmpty()) {
      notes.add(
          "is copied in one piece: "
              + (pair.key().isEmpty() ? "it has no key" : "its key has no index in the source"));
    } else if (!cuts.byTime() && pair.timeColumn().isPresent()) {
      notes.add(
          "has no index on "
              + pair.timeColumn().get().source().name()
              + " in the source: copied in the order of its key");
    }
    return notes;
  }

  /** Rows at or after the end that the target has fewer of. */
  static Optional<String> beyond(Snapshots snapshots, TablePair pair, Cuts cuts) {
    if (cuts.beyond(Side.SOURCE).isEmpty() || !cuts.timesAlike()) {
      return Optional.empty();
    }
    long target = count(snapshots, pair, cuts, Side.TARGET);
    long source = count(snapshots, pair, cuts, Side.SOURCE);
    return source <= target
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%,d of %,d rows at or after %s are not on the target: on their way, or older than the dual writes for all their time. compare tells, and --until end copies them",
                source - target,
                source,
                cuts.until().orElseThrow()));
  }

  private static long count(Snapshots snapshots, TablePair pair, Cuts cuts, Side side) {
    String sql =
        "SELECT count(*) FROM "
            + pair.on(side).name().sql()
            + " WHERE "
            + cuts.beyond(side).orElseThrow();
    return snapshots
        .of(pair)
        .on(
            side,
            c -> {
              try (Statement statement = c.createStatement();
                  ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
              }
            });
  }
}
