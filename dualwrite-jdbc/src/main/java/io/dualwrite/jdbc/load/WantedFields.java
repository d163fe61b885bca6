package io.dualwrite.jdbc.load;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the wanted fields of the row that is being read. */
final class WantedFields {
  private final int[] place;
  private final byte[] @Nullable [] values;
  private final ByteArrayOutputStream current = new ByteArrayOutputStream();
  private int column;

  /**
   * Wants some columns.
   *
   * @param positions of the wanted columns among those of the data, from 0
   */
  WantedFields(int[] positions) {
    this.place = new int[Arrays.stream(positions).max().orElse(-1) + 1];
    Arrays.fill(place, -1);
    for (int i = 0; i < positions.length; i++) {
      place[positions[i]] = i;
    }
    this.values = new byte[positions.length][];
  }

  /** Whether the field that is being read is wanted. */
  boolean wanted() {
    return column < place.length && place[column] >= 0;
  }

  void add(byte b) {
    if (wanted()) {
      current.write(b);
    }
  }

  /** Takes back the last bytes of the field that is being read. */
  void cut(int bytes) {
    byte[] kept = current();
    current.reset();
    current.write(kept, 0, Math.max(0, kept.length - bytes));
  }

  /** What was added of the field that is being read. */
  byte[] current() {
    return current.toByteArray();
  }

  /** Ends a field. */
  void end(byte @Nullable [] value) {
    if (wanted()) {
      values[place[column]] = value;
    }
    current.reset();
    column++;
  }

  /** How many fields of the row have ended. */
  int count() {
    return column;
  }

  /** Ends the row. */
  byte[] @Nullable [] row() {
    byte[] @Nullable [] row = values.clone();
    forget();
    return row;
  }

  void forget() {
    Arrays.fill(values, null);
    current.reset();
    column = 0;
  }
}
