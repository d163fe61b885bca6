package io.dualwrite.jdbc.shadow;

import java.util.Objects;

/**
 * One side's answer to a query, without its values. Two are equal if they have as many rows and, as
 * far as both were {@linkplain #compared compared}, the same values.
 */
public final class QueryAnswer {
  /** How far two answers can be compared. */
  public enum Compared {
    /** Only the number of rows. */
    COUNT,
    /** The rows, in any order. */
    ROWS,
    /** The rows and their order. */
    ORDER
  }

  private final String fingerprint;
  private final String sql;
  private final long rows;
  private final Compared compared;
  private final String checksum;

  QueryAnswer(String fingerprint, String sql, long rows, Compared compared, String checksum) {
    this.fingerprint = fingerprint;
    this.sql = sql;
    this.rows = rows;
    this.compared = compared;
    this.checksum = compared == Compared.COUNT ? "" : checksum;
  }

  /** A short name for the query's text, the same in every instance. */
  public String fingerprint() {
    return fingerprint;
  }

  /** The query's text with its constants and comments left out. */
  public String sql() {
    return sql;
  }

  /** How many rows came. */
  public long rows() {
    return rows;
  }

  /** How far the answers were compared. */
  public Compared compared() {
    return compared;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryAnswer that
        && fingerprint.equals(that.fingerprint)
        && rows == that.rows
        && compared == that.compared
        && checksum.equals(that.checksum);
  }

  @Override
  public int hashCode() {
    return Objects.hash(fingerprint, rows);
  }

  @Override
  public String toString() {
    return rows + " rows";
  }
}
