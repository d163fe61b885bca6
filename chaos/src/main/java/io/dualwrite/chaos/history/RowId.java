package io.dualwrite.chaos.history;

/** A row by its table's name and its key's text. */
public record RowId(String table, String key) implements Comparable<RowId> {

  @Override
  public int compareTo(RowId other) {
    int tables = table.compareTo(other.table);
    return tables != 0 ? tables : key.compareTo(other.key);
  }

  @Override
  public String toString() {
    return table + " " + key;
  }
}
