package io.dualwrite.jdbc.wrap;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/**
 * The parameters set on a prepared statement, as given: which setter, with which arguments. So they
 * can be set again when the statement has to be prepared in another form. What the application may
 * change afterwards is copied; what can be read only once is not kept, only that it was there.
 */
final class Parameters {
  private static final Object ONCE = new Object();
  private static final int FIRST_CAPACITY = 8;

  /** The highest position set. */
  private int size;

  /** One more than the setter's number; 0: not set. */
  private byte[] setters = new byte[FIRST_CAPACITY];

  private long[] bits = new long[FIRST_CAPACITY];
  private @Nullable Object[] values = new @Nullable Object[FIRST_CAPACITY];

  /** Second objects: calendars and types. Few statements have any. */
  private @Nullable Object @Nullable [] seconds;

  /**
   * Whether a value can be read only once (or is of a kind that is not known), so that it cannot be
   * set again.
   */
  static boolean isOnce(@Nullable Object value) {
    return kept(value) == ONCE;
  }

  void set(
      int position, int setter, long primitive, @Nullable Object first, @Nullable Object second) {
    int index = position - 1;
    if (index >= setters.length) {
      grow(Math.max(position, setters.length * 2));
    }
    if (position > size) {
      size = position;
    }
    setters[index] = (byte) (setter + 1);
    bits[index] = primitive;
    values[index] = kept(first);
    if (second != null || seconds != null) {
      if (seconds == null) {
        seconds = new @Nullable Object[setters.length];
      }
      seconds[index] = kept(second);
    }
  }

  private void grow(int capacity) {
    setters = Arrays.copyOf(setters, capacity);
    bits = Arrays.copyOf(bits, capacity);
    values = Arrays.copyOf(values, capacity);
    if (seconds != null) {
      seconds = Arrays.copyOf(seconds, capacity);
    }
  }

  /**
   * The texts of some parameters, as a column of a whole number, a text or a {@code uuid} reads
   * them; null where one cannot be told.
   */
  String @Nullable [] texts(int[] positions) {
    String[] texts = new String[positions.length];
    for (int i = 0; i < positions.length; i++) {
      int index = positions[i] - 1;
      if (index >= size || setters[index] == 0) {
        return null;
      }
      String text = KeySetters.text(setters[index] - 1, bits[index], values[index]);
      if (text == null) {
        return null;
      }
      texts[i] = text;
    }
    return texts;
  }

  boolean canReplay() {
    for (int i = 0; i < size; i++) {
      if (values[i] == ONCE) {
        return false;
      }
    }
    return true;
  }

  void replay(PreparedStatement to) throws SQLException {
    for (int i = 0; i < size; i++) {
      if (setters[i] != 0) {
        ForwardingPreparedStatement.replay(
            to, i + 1, setters[i] - 1, bits[i], values[i], seconds == null ? null : seconds[i]);
      }
    }
  }

  /** A copy for another thread; null where something can be set only once. */
  @Nullable BoundParameters detached() {
    if (!canReplay()) {
      return null;
    }
    Parameters copy = new Parameters();
    copy.size = size;
    copy.setters = setters.clone();
    copy.bits = bits.clone();
    copy.values = values.clone();
    copy.seconds = seconds == null ? null : seconds.clone();
    try {
      for (int i = 0; i < size; i++) {
        if (copy.values[i] instanceof Array array) {
          copy.values[i] = new DetachedArray(array);
        }
      }
    } catch (SQLException e) {
      return null;
    }
    return copy::replay;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      setters[i] = 0;
      values[i] = null;
    }
    seconds = null;
    size = 0;
  }

  @SuppressWarnings("JavaUtilDate") // what JDBC's own types extend
  private static @Nullable Object kept(@Nullable Object value) {
    if (value == null || value instanceof String || isImmutable(value)) {
      return value;
    }
    if (value instanceof byte[] bytes) {
      return bytes.clone();
    }
    if (value instanceof Object[] array) {
      return Arrays.stream(array).allMatch(e -> e == null || e instanceof String || isImmutable(e))
          ? array.clone()
          : ONCE;
    }
    if (value instanceof Date date) {
      return date.clone();
    }
    if (value instanceof Calendar calendar) {
      return calendar.clone();
    }
    if (value.getClass() == PGobject.class) {
      return copy((PGobject) value);
    }
    return ONCE;
  }

  private static boolean isImmutable(Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Boolean
        || value instanceof BigDecimal
        || value instanceof Temporal
        || value instanceof UUID
        || value instanceof Array
        || value instanceof Double
        || value instanceof Float
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger
        || value instanceof Character
        || value instanceof Enum;
  }

  private static Object copy(PGobject value) {
    try {
      return value.clone();
    } catch (CloneNotSupportedException e) {
      return ONCE;
    }
  }
}
