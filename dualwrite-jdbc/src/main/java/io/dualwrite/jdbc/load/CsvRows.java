package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the CSV format of {@code COPY}: a quoted field may hold delimiters and line ends. */
final class CsvRows implements RowReader {
  private static final byte[] END_OF_DATA = {'\\', '.'};

  private final byte delimiter;
  private final byte quote;
  private final byte escape;
  private final byte[] nullText;
  private final byte @Nullable [] defaultText;
  private final WantedFields fields;
  private final Rows rows;
  private boolean headerToCome;
  private boolean inQuotes;
  private boolean quoted;
  private boolean escaping;
  private boolean returned;
  private boolean begun;
  private boolean over;

  CsvRows(LoadFormat format, Charset charset, int[] wanted, Rows rows) {
    this.delimiter = (byte) format.delimiter();
    this.quote = (byte) format.quote();
    this.escape = (byte) format.escape();
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
    if (inQuotes) {
      readQuoted(b);
    } else {
      readPlain(b);
    }
  }

  private void readQuoted(byte b) {
    if (escaping) {
      escaping = false;
      if (b == quote || b == escape) {
        fields.add(b);
        return;
      }
      if (escape == quote) {
        inQuotes = false;
        readPlain(b);
        return;
      }
      fields.add(escape);
    }
    if (b == escape) {
      escaping = true;
    } else if (b == quote) {
      inQuotes = false;
    } else {
      fields.add(b);
    }
  }

  private void readPlain(byte b) {
    if (b == quote) {
      inQuotes = true;
      quoted = true;
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
    byte[] value = fields.current();
    boolean says = quoted || !(Arrays.equals(value, nullText) || Arrays.equals(value, defaultText));
    fields.end(says ? value : null);
    quoted = false;
  }

  private void endRow() {
    inQuotes = false;
    escaping = false;
    over = fields.count() == 0 && !quoted && Arrays.equals(fields.current(), END_OF_DATA);
    endField();
    begun = false;
    if (headerToCome || over) {
      headerToCome = false;
      fields.forget();
    } else {
      rows.row(fields.row());
    }
  }
}
