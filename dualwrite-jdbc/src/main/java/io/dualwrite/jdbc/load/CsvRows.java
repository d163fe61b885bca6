package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.nio.charset.Charset;

/** Reads the CSV format of {@code COPY}: a quoted field may hold delimiters and line ends. */
final class CsvRows extends LineRows {
  private final byte quote;
  private final byte escape;
  private boolean inQuotes;
  private boolean quoted;
  private boolean escaping;

  CsvRows(LoadFormat format, Charset charset, int[] wanted, Rows rows) {
    super(format, charset, wanted, rows);
    this.quote = (byte) format.quote();
    this.escape = (byte) format.escape();
  }

  @Override
  boolean isLiteral(byte b) {
    if (escaping && escape == quote && b != quote) {
      // It was no escape but the end of what is quoted.
      escaping = false;
      inQuotes = false;
    }
    return inQuotes;
  }

  @Override
  void take(byte b) {
    if (escaping) {
      escaping = false;
      if (b == quote || b == escape) {
        fields.add(b);
        return;
      }
      fields.add(escape);
    }
    if (inQuotes && b == escape) {
      escaping = true;
    } else if (b == quote) {
      inQuotes = !inQuotes;
      quoted = true;
    } else {
      fields.add(b);
    }
  }

  @Override
  void endField() {
    byte[] value = fields.current();
    fields.end(quoted || saysValue(value) ? value : null);
    inQuotes = false;
    escaping = false;
    quoted = false;
  }

  @Override
  boolean endsData() {
    return false;
  }
}
