package io.dualwrite.jdbc.schema;

/**
 * What works for a mirrored table, but not as well as it could, or not in every case.
 *
 * @param table the source's {@code schema.name}
 * @param reason a short, stable word: {@code key-index}, {@code key-differs}, {@code
 *     source-trigger}, {@code target-trigger}, {@code foreign-key-update}, {@code
 *     foreign-key-delete}, {@code outer-parent}
 * @param explanation what happens and what to do about it
 */
public record Warning(String table, String reason, String explanation) {
  @Override
  public String toString() {
    return table + ": " + explanation;
  }
}
