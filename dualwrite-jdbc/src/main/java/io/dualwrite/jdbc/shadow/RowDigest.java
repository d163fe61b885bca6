package io.dualwrite.jdbc.shadow;

import com.google.common.hash.HashCode;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.dualwrite.jdbc.shadow.QueryAnswer.Compared;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What is kept of the rows of one answer: their number, a sum of their hashes that does not depend
 * on their order, and a hash that does. As large for a million rows as for one.
 */
final class RowDigest {
  /** Rows beyond this many are only counted. */
  static final int MOST_ROWS = 100_000;

  private static final HashFunction HASH = Hashing.murmur3_128(0x64756c);

  private final List<String> labels;
  private final boolean hashed;
  private final long rows;
  private final long sum;
  private final long otherSum;
  private final long sequence;

  private RowDigest(
      List<String> labels, boolean hashed, long rows, long sum, long otherSum, long sequence) {
    this.labels = labels;
    this.hashed = hashed;
    this.rows = rows;
    this.sum = sum;
    this.otherSum = otherSum;
    this.sequence = sequence;
  }

  /**
   * Reads all rows.
   *
   * @param columns the columns to hash, in this order; empty: all as they come
   * @param withoutFloats whether floating-point numbers are left out
   * @param deadline in {@link System#nanoTime()}
   */
  static RowDigest of(ResultSet result, List<String> columns, boolean withoutFloats, long deadline)
      throws SQLException {
    ResultSetMetaData meta = result.getMetaData();
    List<String> labels = new ArrayList<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      labels.add(meta.getColumnLabel(i));
    }
    List<Integer> positions = positions(labels, columns.isEmpty() ? labels : columns);
    if (withoutFloats) {
      for (int i = labels.size(); i >= 1; i--) {
        int type = meta.getColumnType(i);
        if (type == Types.REAL || type == Types.FLOAT || type == Types.DOUBLE) {
          positions.remove(Integer.valueOf(i));
        }
      }
    }
    long rows = 0;
    long sum = 0;
    long otherSum = 0;
    long sequence = 0;
    while (result.next()) {
      if (System.nanoTime() - deadline > 0) {
        throw new SQLTimeoutException("the rows did not come in time", "57014");
      }
      if (++rows <= MOST_ROWS) {
        ByteBuffer hash = ByteBuffer.wrap(hash(result, positions).asBytes());
        long first = hash.getLong();
        sum += first;
        otherSum += hash.getLong();
        sequence = sequence * 31 + first;
      }
    }
    boolean hashed = rows <= MOST_ROWS && !positions.isEmpty();
    return new RowDigest(labels, hashed, rows, sum, otherSum, sequence);
  }

  /** Where the wanted columns are; none where they cannot be told apart or are others. */
  private static List<Integer> positions(List<String> labels, List<String> wanted) {
    List<Integer> positions = new ArrayList<>();
    boolean same = labels.equals(wanted);
    boolean distinct = new HashSet<>(labels).size() == labels.size();
    if (!same && !(distinct && labels.size() == wanted.size() && labels.containsAll(wanted))) {
      return positions;
    }
    for (int i = 0; i < wanted.size(); i++) {
      positions.add((same ? i : labels.indexOf(wanted.get(i))) + 1);
    }
    return positions;
  }

  private static HashCode hash(ResultSet row, List<Integer> positions) throws SQLException {
    Hasher hasher = HASH.newHasher();
    for (int position : positions) {
      String value = row.getString(position);
      if (value == null) {
        hasher.putInt(-1);
      } else {
        hasher.putInt(value.length()).putUnencodedChars(value);
      }
    }
    return hasher.hash();
  }

  /** The labels of the columns, as they came. */
  List<String> labels() {
    return labels;
  }

  /** Whether values are part of it. */
  boolean isHashed() {
    return hashed;
  }

  /** The answer as far as it is compared. */
  QueryAnswer answer(String fingerprint, String sql, Compared compared) {
    String rowsOnly = Long.toHexString(sum) + Long.toHexString(otherSum);
    return new QueryAnswer(
        fingerprint,
        sql,
        rows,
        compared,
        compared == Compared.ORDER ? rowsOnly + Long.toHexString(sequence) : rowsOnly);
  }
}
