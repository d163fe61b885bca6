package io.dualwrite.jdbc.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which slice of its table a row is in, by the text of its key: a pure function, the same in every
 * instance and whatever is configured. Only key columns count whose values have one text each on
 * either side: whole numbers, {@code uuid}, and {@code text} and {@code varchar} of which equal
 * values are the same bytes.
 *
 * <p>Whole numbers that are a key by themselves go by blocks of {@value #BLOCK}, so that a run of
 * them is in few slices. Other keys go by two of their characters.
 */
public final class SliceFunction {
  /** How many slices a table has. Never another number: it is part of the locks' meaning. */
  public static final int COUNT = 8;

  /** Numbers in a row that share a slice. */
  public static final int BLOCK = 256;

  private static final int BLOCK_BITS = 8;

  /** The character that counts beside the last one, from 1. */
  private static final int PLACE = 8;

  private static final int UUID_LENGTH = 36;

  private enum Form {
    NUMBER,
    UUID,
    TEXT;

    static @Nullable Form of(Column column) {
      return switch (column.type()) {
        case "smallint", "integer", "bigint" -> NUMBER;
        case "uuid" -> UUID;
        default ->
            column.deterministicCollation()
                    && (column.type().equals("text")
                        || column.type().startsWith("character varying"))
                ? TEXT
                : null;
      };
    }

    boolean isCanonical(String text) {
      return switch (this) {
        case TEXT -> true;
        case UUID -> isUuid(text);
        case NUMBER -> isNumber(text);
      };
    }
  }

  /** Of each key column; null: it does not count. */
  private final List<@Nullable Form> forms;

  private SliceFunction(List<@Nullable Form> forms) {
    this.forms = forms;
  }

  /** The function for a key of these columns, if any of them counts. */
  public static Optional<SliceFunction> of(List<Column> key) {
    List<@Nullable Form> forms = new ArrayList<>();
    key.forEach(column -> forms.add(Form.of(column)));
    return forms.stream().allMatch(form -> form == null)
        ? Optional.empty()
        : Optional.of(new SliceFunction(forms));
  }

  /** Whether that column of the key counts. */
  public boolean counts(int column) {
    return forms.get(column) != null;
  }

  /** Whether that column's texts are made like the other's. */
  boolean isLike(int column, Column other) {
    return forms.get(column) == Form.of(other);
  }

  /** The slice, from 0; empty where a text is not as the server prints it. */
  public OptionalInt slice(List<String> key) {
    if (key.size() != forms.size()) {
      return OptionalInt.empty();
    }
    StringBuilder counted = new StringBuilder();
    for (int i = 0; i < forms.size(); i++) {
      Form form = forms.get(i);
      if (form != null) {
        String text = key.get(i);
        if (!form.isCanonical(text)) {
          return OptionalInt.empty();
        }
        counted.append(text);
      }
    }
    return OptionalInt.of(isNumbered() ? ofNumber(Long.parseLong(key.get(0))) : ofText(counted));
  }

  /** Whether the key is one whole number. */
  public boolean isNumbered() {
    return forms.size() == 1 && forms.get(0) == Form.NUMBER;
  }

  /** The slices of the whole numbers from one to another. */
  public Set<Integer> slices(long from, long to) {
    Set<Integer> slices = new HashSet<>();
    for (long block = from >> BLOCK_BITS;
        block <= to >> BLOCK_BITS && slices.size() < COUNT;
        block++) {
      slices.add((int) block & COUNT - 1);
    }
    return slices;
  }

  /** The slice of a whole number. */
  private static int ofNumber(long number) {
    return (int) (number >> BLOCK_BITS) & COUNT - 1;
  }

  private static int ofText(CharSequence text) {
    int[] characters = text.codePoints().toArray();
    int last = characters.length == 0 ? 0 : characters[characters.length - 1];
    int other = characters.length < PLACE ? 0 : characters[PLACE - 1];
    return last + other & COUNT - 1;
  }

  /**
   * The same as an SQL expression; something else where the server's encoding is not UTF8. Nothing
   * may depend on its being right.
   *
   * @param text an expression for the text of each key column, by place from 0
   */
  public String sql(IntFunction<String> text) {
    if (isNumbered()) {
      return "(" + text.apply(0) + ")::pg_catalog.int8 >> " + BLOCK_BITS + " & " + (COUNT - 1);
    }
    List<String> counted = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      if (counts(i)) {
        counted.add(text.apply(i));
      }
    }
    String all = counted.size() == 1 ? counted.get(0) : "(" + String.join(" || ", counted) + ")";
    String slice =
        "(pg_catalog.ascii(pg_catalog.right("
            + all
            + ", 1)) + pg_catalog.ascii(pg_catalog.substr("
            + all
            + ", "
            + PLACE
            + ", 1))) & "
            + (COUNT - 1);
    // In another encoding it fails for characters that are not ASCII.
    return forms.contains(Form.TEXT)
        ? "CASE WHEN pg_catalog.current_setting('server_encoding') = 'UTF8' THEN "
            + slice
            + " ELSE 0 END"
        : slice;
  }

  private static boolean isNumber(String text) {
    try {
      return Long.toString(Long.parseLong(text)).equals(text);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isUuid(String text) {
    if (text.length() != UUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      char c = text.charAt(i);
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
