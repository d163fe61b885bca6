package io.dualwrite.jdbc.journal;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry: the secondary may not have this row, or the rows of this range, right.
 *
 * @param id its identity if it is set aside; those of the journal have none
 * @param place where it lay when it was read (PostgreSQL's {@code ctid}), which is its identity in
 *     that snapshot
 * @param table the table's identity: the source's {@code schema.name}
 * @param keyId which columns {@code key} or the range are of ({@link
 *     io.dualwrite.jdbc.schema.KeyId}); null for a whole table, and in entries of versions that did
 *     not note it
 * @param key canonical texts of the row's key; null for a range
 * @param rangeFrom lower bound of a range, inclusive; null in an entry without a key means the
 *     whole table
 * @param rangeTo upper bound of a range, inclusive
 * @param severalKeys whether it names several rows by their keys, which {@link Journal#keys} reads:
 *     {@code key} and the range are null then
 * @param at when the primary's transaction wrote it, by the primary's clock
 * @param transaction the number of that transaction, with its epoch; 0 where it is not known
 */
public record JournalEntry(
    long id,
    String place,
    String table,
    @Nullable Integer keyId,
    @Nullable List<String> key,
    @Nullable String rangeFrom,
    @Nullable String rangeTo,
    boolean severalKeys,
    Instant at,
    long transaction) {

  /** Whether the entry names a row by the key of that id. */
  public boolean namesRowBy(int presentKey) {
    return key != null && isOf(presentKey);
  }

  /** Whether the entry names a bounded range of the column of that id. */
  public boolean namesRangeOf(int presentKey) {
    return key == null && rangeFrom != null && rangeTo != null && isOf(presentKey);
  }

  /** Whether the entry names several rows by the key of that id. */
  public boolean namesRowsBy(int presentKey) {
    return severalKeys && isOf(presentKey);
  }

  private boolean isOf(int presentKey) {
    return keyId != null && keyId == presentKey;
  }

  /** Those that a query returns. */
  static List<JournalEntry> all(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      return all(rows);
    }
  }

  static List<JournalEntry> all(ResultSet rows) throws SQLException {
    List<JournalEntry> entries = new ArrayList<>();
    while (rows.next()) {
      int keyId = rows.getInt(4);
      boolean noKeyId = rows.wasNull();
      Array key = rows.getArray(5);
      entries.add(
          new JournalEntry(
              rows.getLong(1),
              rows.getString(2),
              rows.getString(3),
              noKeyId ? null : keyId,
              key == null ? null : Arrays.asList((String[]) key.getArray()),
              rows.getString(6),
              rows.getString(7),
              rows.getBoolean(8),
              rows.getTimestamp(9).toInstant(),
              rows.getLong(10)));
    }
    return entries;
  }
}
