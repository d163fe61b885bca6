package io.dualwrite.jdbc.wrap;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.v3.BatchedQuery;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * What pgjdbc says of a batch that it sends as few inserts of many rows each ({@code
 * reWriteBatchedInserts}): of such an insert's rows it does not know how many each changed. Texts
 * that journal are not sent so, and the counts, which are known then, are made to say the same.
 */
final class RewrittenBatch {
  private static final int MOST_ROWS_WITHOUT_PARAMETERS = 1024;
  private static final int MOST_PARAMETERS = 65_535;

  /** Rows that would have been sent together, in order. */
  private final int[] sizes;

  private RewrittenBatch(int[] sizes) {
    this.sizes = sizes;
  }

  /** Null where the driver would send each row by itself. */
  static @Nullable RewrittenBatch of(BaseConnection driver, String sql, int rows)
      throws SQLException {
    QueryExecutor executor = driver.getQueryExecutor();
    if (rows < 2 || !executor.isReWriteBatchedInsertsEnabled()) {
      return null;
    }
    Query query = driver.createQuery(sql, true, true).query;
    if (!(query instanceof BatchedQuery batched)) {
      return null;
    }
    int most = most(executor, batched.getBindCount());
    int[] sizes = new int[rows / most + Integer.bitCount(rows % most)];
    int left = rows;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.min(most, Integer.highestOneBit(left));
      left -= sizes[i];
    }
    return new RewrittenBatch(sizes);
  }

  private static int most(QueryExecutor executor, int parameters) {
    int configured = executor.getReWriteBatchedInsertsSize();
    int ceiling =
        configured > 0
            ? Math.min(configured, BatchedQuery.MAX_VALUE_BLOCK)
            : BatchedQuery.MAX_VALUE_BLOCK;
    if (parameters == 0) {
      return Integer.highestOneBit(configured > 0 ? ceiling : MOST_ROWS_WITHOUT_PARAMETERS);
    }
    int byParameters =
        executor.getPreferQueryMode() == PreferQueryMode.SIMPLE
            ? Integer.MAX_VALUE
            : MOST_PARAMETERS / parameters;
    return Integer.highestOneBit(Math.max(1, Math.min(byParameters, ceiling)));
  }

  int[] counts(int[] known) {
    long[] counts = Arrays.stream(known).asLongStream().toArray();
    return Arrays.stream(counts(counts)).mapToInt(Math::toIntExact).toArray();
  }

  long[] counts(long[] known) {
    long[] counts = known.clone();
    int from = 0;
    for (int size : sizes) {
      if (size > 1 && from + size <= counts.length) {
        Arrays.fill(counts, from, from + size, together(counts, from, from + size));
      }
      from += size;
    }
    return counts;
  }

  private static long together(long[] counts, int from, int to) {
    long changed = 0;
    for (int i = from; i < to; i++) {
      if (counts[i] == Statement.EXECUTE_FAILED) {
        return Statement.EXECUTE_FAILED;
      }
      changed += counts[i];
    }
    return changed == 0 ? 0 : Statement.SUCCESS_NO_INFO;
  }

  BatchUpdateException failure(BatchUpdateException e) {
    BatchUpdateException failure =
        new BatchUpdateException(
            e.getMessage(),
            e.getSQLState(),
            e.getErrorCode(),
            counts(e.getLargeUpdateCounts()),
            e.getCause());
    failure.setStackTrace(e.getStackTrace());
    SQLException next = e.getNextException();
    if (next != null) {
      failure.setNextException(next);
    }
    return failure;
  }
}
