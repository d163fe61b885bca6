package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the text and the CSV format of {@code COPY} share: lines of fields with delimiters between.
 */
abstract class LineRows implements RowReader {
  final WantedFields fields;
  private final byte delimiter;
  private final byte[] nullText;
  private final byte @Nullable [] defaultText;
  private final Rows rows;
  private boolean headerToCome;
  private boolean returned;
  private boolean begun;
  private boolean over;

  /** Of the line, without its end. */
  private int length;

  private byte first;
  private byte second;

  LineRows(LoadFormat format, Charset charset, int[] wanted, Rows rows) {
    this.delimiter = (byte) format.delimiter();
    this.nullText = format.nullText().getBytes(charset);
    String other = format.defaultText();
    this.defaultText = other == null ? null : other.getBytes(charset);
    this.headerToCome = format.header();
    this.fields = new WantedFields(wanted);
    this.rows = rows;
  }

  @Override
  public final void read(byte[] data, int offset, int length) {
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
    boolean literal = isLiteral(b);
    if (!literal && b == '\n') {
      endRow();
      return;
    }
    if (!literal && b == '\r') {
      returned = true;
      return;
    }
    if (length == 0) {
      first = b;
    } else if (length == 1) {
      second = b;
    }
    length++;
    if (!literal && b == delimiter) {
      endField();
    } else {
      take(b);
    }
  }

  /** Whether the next byte belongs to a value, whatever it is. */
  abstract boolean isLiteral(byte b);

  /** Takes a byte of a field. */
  abstract void take(byte b);

  /** Ends the field that is being read. */
  abstract void endField();

  /** Whether what ends now is the last line that the server reads, though it is a row. */
  abstract boolean endsData();

  @Override
  public final void end() {
    if (!over && begun) {
      endRow();
    }
  }

  private void endRow() {
    boolean marksEnd = length == 2 && first == '\\' && second == '.';
    over = marksEnd || endsData();
    endField();
    begun = false;
    length = 0;
    if (headerToCome || marksEnd) {
      headerToCome = false;
      fields.forget();
    } else {
      rows.row(fields.row());
    }
  }

  /** Whether the text of a field is its value, rather than saying that there is none. */
  final boolean saysValue(byte[] text) {
    return !Arrays.equals(text, nullText) && !Arrays.equals(text, defaultText);
  }
}
