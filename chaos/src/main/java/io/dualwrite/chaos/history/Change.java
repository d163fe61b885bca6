package io.dualwrite.chaos.history;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What a write makes of a row.
 *
 * <p>Versions of a key grow with every change, in the order of the commits; a key that is deleted
 * and inserted again comes back with a higher one.
 *
 * @param table the table's name
 * @param key the row's key, as the check reads it
 * @param kind what becomes of the row
 * @param version the version that the row gets; of a row that goes, the one that it has; 0 where
 *     the database chooses it
 */
public record Change(String table, String key, Kind kind, long version) {

  /** What becomes of a row. */
  public enum Kind {
    /** It is there, with that version. */
    PRESENT('+'),
    /** It is gone. */
    ABSENT('-'),
    /** Told beforehand, of a statement that commits by itself: either, with any version. */
    EITHER('?');

    private final char mark;

    Kind(char mark) {
      this.mark = mark;
    }
  }

  public static Change present(String table, Object key, long version) {
    return new Change(table, key.toString(), Kind.PRESENT, version);
  }

  public static Change absent(String table, Object key, long version) {
    return new Change(table, key.toString(), Kind.ABSENT, version);
  }

  public static Change either(String table, Object key) {
    return new Change(table, key.toString(), Kind.EITHER, 0);
  }

  /** The row that is meant. */
  public RowId row() {
    return new RowId(table, key);
  }

  /** A row goes after the version that it had and before the next. */
  long order() {
    return version * 2 + (kind == Kind.ABSENT ? 1 : 0);
  }

  String text() {
    return table + ' ' + URLEncoder.encode(key, StandardCharsets.UTF_8) + ' ' + kind.mark + version;
  }

  static Change parse(String text) {
    String[] parts = text.split(" ", 3);
    for (Kind kind : Kind.values()) {
      if (kind.mark == parts[2].charAt(0)) {
        return new Change(
            parts[0],
            URLDecoder.decode(parts[1], StandardCharsets.UTF_8),
            kind,
            Long.parseLong(parts[2].substring(1)));
      }
    }
    throw new IllegalArgumentException("not a change: " + text);
  }
}
