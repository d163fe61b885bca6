package io.dualwrite.reconciler.checksum;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.KeyText;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pair of tables as SQL expressions: the hash of a row, the hash and the text of its key, the
 * canonical texts of its columns.
 *
 * <p>Immutable. The expressions are over the bare columns of the side's table and expect the pinned
 * session settings.
 */
public final class ComparedTable {
  /** Key types of which equal values have equal texts, whatever the column's declaration. */
  private static final Set<String> PLAIN_KEYS =
      Set.of(
          "int2",
          "int4",
          "int8",
          "oid",
          "text",
          "varchar",
          "uuid",
          "bool",
          "date",
          "bytea",
          "timestamp",
          "timestamptz");

  private static final Set<String> INTEGERS = Set.of("int2", "int4", "int8");

  private final TablePair pair;
  private final Checksum checksum;
  private final Side primary;
  private final List<ComparedColumn> columns;
  private final List<ComparedColumn> key;

  /**
   * The expressions of {@code pair}; {@code primary} is the side in whose column types the journal
   * holds keys.
   */
  public ComparedTable(TablePair pair, Checksum checksum, Side primary) {
    this.pair = pair;
    this.checksum = checksum;
    this.primary = primary;
    this.columns = pair.columns().stream().map(ComparedColumn::new).toList();
    this.key = pair.key().stream().map(ComparedColumn::new).toList();
  }

  /** How rows are compared inside the databases. */
  public Checksum checksum() {
    return checksum;
  }

  /** The tables compared. */
  public TablePair pair() {
    return pair;
  }

  /** The columns compared. */
  public List<ComparedColumn> columns() {
    return columns;
  }

  /** Whether rows can be told apart. */
  public boolean hasKey() {
    return !key.isEmpty();
  }

  /** Whether rows that are the same always have the same hash. */
  public boolean isExact() {
    return columns.stream().allMatch(ComparedColumn::isShortenable);
  }

  /** How columns of unlike types are compared. */
  public List<String> conversions() {
    return columns.stream().map(ComparedColumn::conversion).flatMap(Optional::stream).toList();
  }

  /**
   * The columns whose values may be apart and by how much; empty where all are compared exactly.
   */
  public Optional<String> tolerances() {
    List<String> all =
        columns.stream().map(ComparedColumn::tolerance).flatMap(Optional::stream).toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of("compared with tolerance: " + String.join(", ", all));
  }

  /** The quoted name of the table on {@code side}. */
  public String from(Side side) {
    return pair.on(side).name().sql();
  }

  /** The 64-bit hash of a whole row. */
  public String rowHash(Side side) {
    return switch (checksum) {
      case SEND ->
          "pg_catalog.hash_record_extended(row("
              + columns.stream().map(c -> c.send(side)).collect(joining(", "))
              + "), 1)";
      case TEXT, MD5, SHA256 -> hashOfTexts(columns, side);
    };
  }

  /**
   * The 64-bit hash of a row's key, the same on both sides for the same key; of the whole row where
   * there is no key.
   */
  public String keyHash(Side side) {
    return hasKey() ? hashOfTexts(key, side) : rowHash(side);
  }

  /**
   * One text expression per key column, in the primary's encoding: what the journal holds and the
   * copy takes.
   */
  public List<String> keyTexts(Side side) {
    return pair.key().stream().map(k -> keyText(k, side)).toList();
  }

  /**
   * One text expression per key column that is the same on both sides for the same key; empty where
   * {@link #keyTexts} are.
   */
  public List<String> keyIdentity(Side side) {
    return plainKey() ? List.of() : key.stream().map(k -> k.text(side)).toList();
  }

  /** The value on {@code side} of the {@code i}-th key column that {@code text} stands for. */
  public String keyValue(int i, Side side, String text) {
    Column here = pair.key().get(i).on(side);
    Column journalled = pair.key().get(i).on(primary);
    if (areIntegers(pair.key().get(i))) {
      // The other side's may not fit into this one's type, and then no row has it here.
      return text + "::int8";
    }
    if (here.baseType().equals(journalled.baseType()) || journalled.typeKind() != 'b') {
      return KeyText.decode(here, text);
    }
    return ColumnText.write(
        here, "(" + ColumnText.read(journalled, KeyText.decode(journalled, text)) + ")");
  }

  private boolean plainKey() {
    return pair.key().stream()
        .allMatch(
            k ->
                k.source().baseType().equals(k.target().baseType())
                    && PLAIN_KEYS.contains(k.source().baseType()));
  }

  /** Whose texts are the same digits, whatever their lengths. */
  private static boolean areIntegers(ColumnPair k) {
    return INTEGERS.contains(k.source().baseType()) && INTEGERS.contains(k.target().baseType());
  }

  private String keyText(ColumnPair k, Side side) {
    Column here = k.on(side);
    Column journalled = k.on(primary);
    if (here.baseType().equals(journalled.baseType())
        || journalled.typeKind() != 'b'
        || areIntegers(k)) {
      return KeyText.encode(here, here.sql());
    }
    return KeyText.encode(
        journalled, ColumnText.write(journalled, "(" + ColumnText.read(here, here.sql()) + ")"));
  }

  /** What stands for a text too long to travel: its length and its hash. */
  public String shortened(String text) {
    // In characters: bytes are counted in the encoding of each database.
    return "case when char_length("
        + text
        + ") <= 200 then "
        + text
        + " else '#' || char_length("
        + text
        + ") || ':' || "
        + checksum.ofLongText(text)
        + " end";
  }

  private String hashOfTexts(List<ComparedColumn> of, Side side) {
    return checksum.of(new RowText(of.stream().map(c -> c.hashed(side)).toList()));
  }
}
