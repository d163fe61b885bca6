package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/**
 * Large objects, which the driver makes of some parameters at once, before the statement runs: they
 * are not mirrored.
 */
final class LargeObjects {
  private static final CapturePlan.Unmirrored LARGE_OBJECT =
      new CapturePlan.Unmirrored(
          "large-object",
          "A Blob or Clob parameter is stored as a large object, which is not mirrored. Keep such data in a bytea or text column.");

  private LargeObjects() {}

  /** One is about to be made of a value, unless it is null. */
  static void made(DualConnection connection, @Nullable Object value) throws SQLException {
    if (value == null) {
      return;
    }
    CurrentTransaction transaction = connection.transaction();
    boolean mirrored = transaction.enter();
    try {
      if (mirrored) {
        connection.mirroring().unmirrored(LARGE_OBJECT);
      }
    } finally {
      transaction.leave();
    }
  }

  /** One may be about to be made of a value, by its class and the type that it is to have. */
  static void madeOf(DualConnection connection, @Nullable Object value, int type)
      throws SQLException {
    if (value instanceof Blob
        || value instanceof Clob
        || type == Types.BLOB
        || type == Types.CLOB) {
      made(connection, value);
    }
  }
}
