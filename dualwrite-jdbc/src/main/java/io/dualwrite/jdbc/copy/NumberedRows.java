package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keys that are whole numbers and mostly follow one another, as those of loads and of batches do,
 * taken together to runs: each run is one scan of an index instead of as many as it has rows.
 */
final class NumberedRows implements Pipeline.Parameters {
  private static final Set<String> TYPES = Set.of("int2", "int4", "int8");

  /** Below this a scan for each key costs no more. */
  private static final int FEW = 50;

  private static final int LEAST_LENGTH = 10;

  private final List<Long> from = new ArrayList<>();
  private final List<Long> to = new ArrayList<>();
  private final List<Long> position = new ArrayList<>();

  private NumberedRows() {}

  /** The runs of these keys; none if they are of another kind, few, or far apart. */
  static Optional<NumberedRows> of(TablePair pair, Side side, List<RowKey> keys) {
    if (keys.size() < FEW || pair.key().size() != 1) {
      return Optional.empty();
    }
    Column column = pair.key().get(0).on(side);
    if (column.typeKind() != 'b' || !TYPES.contains(column.baseType())) {
      return Optional.empty();
    }
    NumberedRows runs = new NumberedRows();
    for (int i = 0; i < keys.size(); i++) {
      String text = keys.get(i).values().get(0);
      try {
        runs.add(Long.parseLong(text), i);
      } catch (NumberFormatException e) {
        // The other side's type may be another.
        return Optional.empty();
      }
      if (runs.from.size() * LEAST_LENGTH > keys.size()) {
        return Optional.empty();
      }
    }
    return Optional.of(runs);
  }

  private void add(long key, long index) {
    int last = to.size() - 1;
    if (last >= 0 && to.get(last) != Long.MAX_VALUE && to.get(last) + 1 == key) {
      to.set(last, key);
    } else {
      from.add(key);
      to.add(key);
      position.add(index + 1);
    }
  }

  /**
   * Rows of runs: the position of the key among those given (from 1), then the columns as text,
   * then how many columns the table has by now. Parameters: these runs.
   */
  static String read(TablePair pair, Side side, String columnCount) {
    String key = pair.key().get(0).on(side).sql();
    return "SELECT (k.n + (t."
        + key
        + " - k.low))::pg_catalog.int4, "
        + columns(pair, side)
        + ", "
        + columnCount
        + " FROM ROWS FROM (pg_catalog.unnest(?::bigint[]), pg_catalog.unnest(?::bigint[]), pg_catalog.unnest(?::bigint[])) AS k(low, high, n)"
        // See TableSql.read.
        + " CROSS JOIN LATERAL (SELECT * FROM "
        + pair.on(side).name().sql()
        + " t WHERE t."
        + key
        + " BETWEEN k.low AND k.high OFFSET 0) t";
  }

  private static String columns(TablePair pair, Side side) {
    return pair.columns().stream()
        .map((ColumnPair p) -> ColumnText.read(p.on(side), "t." + p.on(side).sql()))
        .collect(joining(", "));
  }

  @Override
  public int set(PreparedStatement statement, int first) throws SQLException {
    Connection connection = statement.getConnection();
    statement.setArray(first, connection.createArrayOf("bigint", from.toArray()));
    statement.setArray(first + 1, connection.createArrayOf("bigint", to.toArray()));
    statement.setArray(first + 2, connection.createArrayOf("bigint", position.toArray()));
    return first + 3;
  }
}
