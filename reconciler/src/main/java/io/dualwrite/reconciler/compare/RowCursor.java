package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in the order of their key hashes, looked at one group of equal hashes at a time. */
final class RowCursor implements AutoCloseable {
  private final Side side;
  private final Statement statement;
  private final ResultSet result;
  private final int keys;
  private final int identity;
  private @Nullable HashedRow head;

  RowCursor(Side side, Statement statement, ResultSet result, int keys, int identity) {
    this.side = side;
    this.statement = statement;
    this.result = result;
    this.keys = keys;
    this.identity = identity;
    advance();
  }

  /**
   * A row without its values.
   *
   * @param window its window's number in the chunk
   * @param keyHash the order
   * @param rowHash over all its columns
   * @param key for the journal and the copy; empty where it has a null, which no row is found by
   * @param identity what tells whether two rows of two sides have the same key; empty likewise
   */
  record HashedRow(int window, long keyHash, long rowHash, RowKey key, List<String> identity) {
    /** Whether the two rows of two sides are the same and in the same window. */
    boolean isTwin(HashedRow other) {
      return rowHash == other.rowHash && window == other.window && identity.equals(other.identity);
    }
  }

  boolean isEmpty() {
    return head == null;
  }

  /** The hash of the next group; only when not empty. */
  long nextHash() {
    if (head == null) {
      throw new IllegalStateException("read past the last row");
    }
    return head.keyHash();
  }

  /** Takes the rows with this hash, if they are next. */
  List<HashedRow> take(long hash) {
    if (head == null || head.keyHash() != hash) {
      return List.of();
    }
    List<HashedRow> group = new ArrayList<>(1);
    while (head != null && head.keyHash() == hash) {
      group.add(head);
      advance();
    }
    return group;
  }

  private void advance() {
    try {
      head = result.next() ? read() : null;
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  private HashedRow read() throws SQLException {
    List<String> key = texts(4, keys);
    return new HashedRow(
        result.getInt(1),
        result.getLong(2),
        result.getLong(3),
        new RowKey(key),
        identity == 0 || key.isEmpty() ? key : texts(4 + keys, identity));
  }

  /** None where one of them is null. */
  private List<String> texts(int first, int count) throws SQLException {
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String text = result.getString(first + i);
      if (text == null) {
        return List.of();
      }
      texts.add(text);
    }
    return texts;
  }

  @Override
  public void close() {
    try {
      statement.close();
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }
}
