package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the source says of keys. A key that its type cannot hold is one that it has not: such keys
 * are found by halves.
 *
 * @param lock reads the source
 * @param pair the tables
 * @param journalled whether there is a journal
 */
record SourceKeys(LockedCopy lock, TablePair pair, boolean journalled) {

  private interface Question {
    Set<RowKey> of(Collection<RowKey> keys) throws SQLException;
  }

  /** Those that delivery will bring. */
  Set<RowKey> pending(Collection<RowKey> keys) throws SQLException {
    return journalled ? ask(List.copyOf(keys), k -> lock.pending(pair, k)) : Set.of();
  }

  /** Those that it has a row of. */
  Set<RowKey> there(Collection<RowKey> keys) throws SQLException {
    return ask(List.copyOf(keys), k -> lock.readPrimary(pair, k).keySet());
  }

  private Set<RowKey> ask(List<RowKey> keys, Question question) throws SQLException {
    if (keys.isEmpty()) {
      return Set.of();
    }
    Connection source = lock.primary();
    Savepoint before = source.setSavepoint();
    try {
      Set<RowKey> answer = question.of(keys);
      source.releaseSavepoint(before);
      return answer;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw e;
      }
      source.rollback(before);
      source.releaseSavepoint(before);
      if (keys.size() == 1) {
        return Set.of();
      }
      int half = keys.size() / 2;
      Set<RowKey> answer = new HashSet<>(ask(keys.subList(0, half), question));
      answer.addAll(ask(keys.subList(half, keys.size()), question));
      return answer;
    }
  }
}
