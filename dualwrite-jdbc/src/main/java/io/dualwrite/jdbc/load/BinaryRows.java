package io.dualwrite.jdbc.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary format of {@code COPY}: a header, then for each row its number of fields and
 * before each field its length.
 */
final class BinaryRows implements RowReader {
  private static final int SIGNATURE_AND_FLAGS = 15;

  private enum State {
    SIGNATURE,
    EXTENSION_LENGTH,
    SKIPPING,
    FIELD_COUNT,
    FIELD_LENGTH,
    FIELD,
    OVER
  }

  private final WantedFields fields;
  private final Rows rows;
  private final ByteBuffer number = ByteBuffer.allocate(4);
  private State state = State.SIGNATURE;
  private int left = SIGNATURE_AND_FLAGS;
  private int fieldsLeft;

  BinaryRows(int[] wanted, Rows rows) {
    this.fields = new WantedFields(wanted);
    this.rows = rows;
  }

  @Override
  public void read(byte[] data, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      read(data[i]);
    }
  }

  private void read(byte b) {
    switch (state) {
      case SIGNATURE -> {
        if (--left == 0) {
          expect(State.EXTENSION_LENGTH, 4);
        }
      }
      case SKIPPING -> {
        if (--left == 0) {
          expect(State.FIELD_COUNT, 2);
        }
      }
      case FIELD -> {
        fields.add(b);
        if (--left == 0) {
          endField(fields.current());
        }
      }
      case OVER -> {}
      case EXTENSION_LENGTH, FIELD_COUNT, FIELD_LENGTH -> {
        number.put(b);
        if (!number.hasRemaining()) {
          numberRead();
        }
      }
    }
  }

  private void numberRead() {
    number.flip();
    switch (state) {
      case EXTENSION_LENGTH -> {
        left = number.getInt();
        if (left > 0) {
          state = State.SKIPPING;
        } else {
          expect(State.FIELD_COUNT, 2);
        }
      }
      case FIELD_COUNT -> {
        fieldsLeft = number.getShort();
        if (fieldsLeft < 0) {
          state = State.OVER;
        } else if (fieldsLeft == 0) {
          endRow();
        } else {
          expect(State.FIELD_LENGTH, 4);
        }
      }
      case FIELD_LENGTH -> {
        left = number.getInt();
        if (left > 0) {
          state = State.FIELD;
        } else {
          endField(left < 0 ? null : new byte[0]);
        }
      }
      default -> throw new IllegalStateException("no number is read in " + state);
    }
  }

  private void endField(byte @Nullable [] value) {
    fields.end(value);
    if (--fieldsLeft == 0) {
      endRow();
    } else {
      expect(State.FIELD_LENGTH, 4);
    }
  }

  private void endRow() {
    rows.row(fields.row());
    expect(State.FIELD_COUNT, 2);
  }

  private void expect(State next, int bytes) {
    state = next;
    left = bytes;
    number.clear().limit(bytes);
  }

  @Override
  public void end() {}
}
