package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.state.KeptRun;
import io.dualwrite.reconciler.state.Watermark;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;

/**
 * The beginning of a table with a time column, as far as comparisons have found it equal.
 *
 * @param upTo its end by the time column, exclusive
 * @param at when the part of it looked at longest ago was looked at, by the target's clock
 * @param grows whether rows there never change, because the table is declared append-only
 */
public record Verified(Instant upTo, Instant at, boolean grows) {

  /**
   * What is verified of the table in its present form; empty if nothing is.
   *
   * @throws SQLException if the target fails
   */
  public static Optional<Verified> of(Again kept, ComparedTable table) throws SQLException {
    String name = table.pair().name().toString();
    return KeptRun.transact(kept.target(), kept.stores(), (c, s) -> s.watermarks().of(c, name))
        .filter(w -> w.kind() == Window.Kind.TIME && w.shape().equals(TableShape.ofMeaning(table)))
        .flatMap(w -> of(w, table.pair().appendOnly()));
  }

  private static Optional<Verified> of(Watermark watermark, boolean grows) {
    return watermark
        .upTo()
        .map(upTo -> new Verified(Instant.parse(upTo), watermark.firstAt(), grows));
  }

  /** The same as far as no row is on its way, or was written to one side alone, since then. */
  public Verified before(Optional<Instant> unsafe) {
    return new Verified(unsafe.filter(upTo::isAfter).orElse(upTo), at, grows);
  }

  /** The second in which the source's first row with a time is; empty if there is none. */
  public static Optional<Instant> first(Connection source, TablePair table) throws SQLException {
    Optional<Column> time = table.timeColumn().map(t -> t.on(Side.SOURCE));
    if (time.isEmpty()) {
      return Optional.empty();
    }
    String column = time.get().sql();
    try (Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select floor(extract(epoch from min("
                    + column
                    + ")))::int8 from "
                    + table.on(Side.SOURCE).name().sql()
                    + " where "
                    + column
                    + " > '-infinity'")) {
      rows.next();
      long seconds = rows.getLong(1);
      return rows.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }
  }
}
