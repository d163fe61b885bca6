package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/**
 * Reads the text format of {@code COPY}: one line a row, a backslash before what is not meant
 * literally.
 */
final class TextRows extends LineRows {
  private boolean escaping;

  /** Whether the last two bytes are a backslash and the dot that it stands before. */
  private boolean marked;

  TextRows(LoadFormat format, Charset charset, int[] wanted, Rows rows) {
    super(format, charset, wanted, rows);
  }

  @Override
  boolean isLiteral(byte b) {
    return escaping;
  }

  @Override
  void take(byte b) {
    marked = escaping && b == '.';
    escaping = !escaping && b == '\\';
    fields.add(b);
  }

  /**
   * Behind a row, servers before 18 take the mark for the end of the data; later ones refuse it.
   */
  @Override
  boolean endsData() {
    if (marked) {
      fields.cut(2);
    }
    return marked;
  }

  @Override
  void endField() {
    byte[] text = fields.current();
    fields.end(fields.wanted() && saysValue(text) ? plain(text) : null);
    escaping = false;
    marked = false;
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
