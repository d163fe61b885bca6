package io.dualwrite.benchmarks.system;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import org.postgresql.PGConnection;

/** Rows by the thousand, with keys that lie close together or that are spread at random. */
enum BulkRows {
  /** Whole numbers in order. */
  NUMBERED("measurements") {
    @Override
    Object key(long row) {
      return row;
    }
  },
  /** Random UUIDs; the same for the same row. */
  UUIDS("events") {
    @Override
    Object key(long row) {
      return new UUID(mixed(2 * row) & ~0xF000L | 0x4000L, mixed(2 * row + 1) >>> 2 | 1L << 63);
    }
  };

  private static final int AT_ONCE = 8_192;

  private final String table;

  BulkRows(String table) {
    this.table = table;
  }

  String table() {
    return table;
  }

  abstract Object key(long row);

  /** As one batch of a prepared statement. */
  void batch(Connection connection, long first, int rows) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO " + table + " (id, device, value, note) VALUES (?, ?, ?, ?)")) {
      for (long row = first; row < first + rows; row++) {
        insert.setObject(1, key(row));
        insert.setInt(2, (int) (row % 1000));
        insert.setDouble(3, row * 0.5);
        insert.setString(4, "reading " + row);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** As one {@code COPY}. */
  void copy(Connection connection, long first, int rows) throws SQLException {
    StringBuilder text = new StringBuilder(64 * rows);
    for (long row = first; row < first + rows; row++) {
      text.append(key(row)).append('\t').append(row % 1000).append('\t').append(row * 0.5);
      text.append("\treading ").append(row).append('\n');
    }
    byte[] data = text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY " + table + " (id, device, value, note) FROM STDIN",
              new ByteArrayInputStream(data),
              AT_ONCE);
    } catch (IOException e) {
      throw new SQLException("the rows cannot be read", e);
    }
  }

  /** The finalizer of SplitMix64. */
  private static long mixed(long number) {
    long z = (number + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
