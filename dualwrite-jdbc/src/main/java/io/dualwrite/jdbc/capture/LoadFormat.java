package io.dualwrite.jdbc.capture;

import java.nio.charset.Charset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a {@code COPY … FROM STDIN} are written.
 *
 * @param kind how fields and rows are told apart
 * @param delimiter between fields; not of {@code BINARY}
 * @param nullText what stands for null
 * @param defaultText what stands for the column's default; null: nothing does
 * @param header whether the first line names columns
 * @param quote of {@code CSV}
 * @param escape of {@code CSV}: what makes a quote one of the value
 * @param encoding of the data; null: the connection's
 * @param forcedNull of {@code CSV}: the columns that are null where a quoted value is what stands
 *     for it; {@code *} for all
 */
public record LoadFormat(
    Kind kind,
    char delimiter,
    String nullText,
    @Nullable String defaultText,
    boolean header,
    char quote,
    char escape,
    @Nullable Charset encoding,
    Set<String> forcedNull) {
  public LoadFormat {
    forcedNull = Set.copyOf(forcedNull);
  }

  /** Whether a quoted value of this column may be null. */
  public boolean forcesNull(String column) {
    return forcedNull.contains("*") || forcedNull.contains(column);
  }

  /** How fields and rows are told apart. */
  public enum Kind {
    /** Lines with backslash escapes. */
    TEXT,
    /** Lines with quotes. */
    CSV,
    /** Lengths before values. */
    BINARY,
    /**
     * It cannot be told from the statement, or rows may be left out in silence: nothing is read
     * from the data.
     */
    UNREADABLE
  }
}
