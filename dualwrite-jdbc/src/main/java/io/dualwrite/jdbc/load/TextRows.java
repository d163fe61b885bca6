package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text format of {@code COPY}: one line a row, a backslash before what is not meant
 * literally.
 */
final class TextRows implements RowReader {
  private static final byte[] END_OF_DATA = {'\\', '.'};

  private final byte delimiter;
  private final byte[] nullText;
  private final byte @Nullable [] defaultText;
  private final WantedFields fields;
  private final Rows rows;
  private boolean headerToCome;
  private boolean escaping;
  private boolean returned;
  private boolean begun;
  private boolean over;

  TextRows(LoadFormat format, Charset charset, int[] wanted, Rows rows) {
    this.delimiter = (byte) format.delimiter();
    this.nullText = format.nullText().getBytes(charset);
    String other = format.defaultText();
    this.defaultText = other == null ? null : other.getBytes(charset);
    this.headerToCome = format.header();
    this.fields = new WantedFields(wanted);
    this.rows = rows;
  }

  @Override
  public void read(byte[] data, int offset, int length) {
    for (int i = offset; i < offset + length && !over; i++) {
      read(data[i]);
    }
  }

  private void read(byte b) {
    if (returned) {
      returned = false;
      endRow();
      if (b == '\n') {
        return;
      }
    }
    begun = true;
    if (escaping) {
      escaping = false;
      fields.add(b);
    } else if (b == '\\') {
      escaping = true;
      fields.add(b);
    } else if (b == delimiter) {
      endField();
    } else if (b == '\n') {
      endRow();
    } else if (b == '\r') {
      returned = true;
    } else {
      fields.add(b);
    }
  }

  @Override
  public void end() {
    if (!over && begun) {
      endRow();
    }
  }

  private void endField() {
    if (fields.wanted()) {
      byte[] raw = fields.current();
      boolean says = !Arrays.equals(raw, nullText) && !Arrays.equals(raw, defaultText);
      fields.end(says ? plain(raw) : null);
    } else {
      fields.end(null);
    }
  }

  private void endRow() {
    over = fields.count() == 0 && Arrays.equals(fields.current(), END_OF_DATA);
    endField();
    begun = false;
    if (headerToCome || over) {
      headerToCome = false;
      fields.forget();
    } else {
      rows.row(fields.row());
    }
  }

  /** The value that a field's text stands for. */
  private static byte[] plain(byte[] raw) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '\\' || i + 1 == raw.length) {
        plain.write(raw[i]);
        continue;
      }
      byte c = raw[++i];
      int digit = Character.digit(c, 8);
      if (digit >= 0) {
        int value = digit;
        for (int n = 1; n < 3 && i + 1 < raw.length && Character.digit(raw[i + 1], 8) >= 0; n++) {
          value = value * 8 + Character.digit(raw[++i], 8);
        }
        plain.write(value);
      } else if (c == 'x' && i + 1 < raw.length && Character.digit(raw[i + 1], 16) >= 0) {
        int value = 0;
        for (int n = 0; n < 2 && i + 1 < raw.length && Character.digit(raw[i + 1], 16) >= 0; n++) {
          value = value * 16 + Character.digit(raw[++i], 16);
        }
        plain.write(value);
      } else {
        plain.write(
            switch (c) {
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              case 'v' -> 11;
              default -> c;
            });
      }
    }
    return plain.toByteArray();
  }
}
