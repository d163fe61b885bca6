package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Neighbouring windows that one query per side reads together: small windows share a round trip,
 * and a table without a fitting index is scanned once.
 *
 * @param windows the windows, numbered from 0 in this order by {@link #slot}
 * @param predicate the condition that cuts the chunk out of the table
 * @param slot the number of the row's window within the chunk
 * @param cuts conditions that cut the chunk into so many pieces, or into fewer where it cannot be
 * @param each the condition of each window, where so many looks into an index cost less than to
 *     number the rows; otherwise empty
 */
public record Chunk(
    List<Window> windows,
    SideSql predicate,
    SideSql slot,
    IntFunction<List<SideSql>> cuts,
    List<SideSql> each) {

  private Chunk(List<Window> windows, SideSql predicate, SideSql slot) {
    this(windows, predicate, slot, pieces -> List.of(predicate), List.of());
  }

  /** The chunk in about so many pieces whose sums add up to its own; their windows are its own. */
  public List<Chunk> pieces(int number) {
    return cuts.apply(number).stream()
        .map(piece -> piece.equals(predicate) ? this : new Chunk(windows, piece, slot))
        .toList();
  }

  /** An SQL expression in the words of each side. */
  public record SideSql(String source, String target) {
    static SideSql same(String sql) {
      return new SideSql(sql, sql);
    }

    /** The expression on {@code side}. */
    public String on(Side side) {
      return side == Side.SOURCE ? source : target;
    }
  }

  /** One window, cut out by that condition. */
  public static Chunk of(Window window, SideSql predicate) {
    return new Chunk(List.of(window), predicate, SideSql.same("0"));
  }

  static Chunk all(Window window) {
    return new Chunk(List.of(window), SideSql.same("true"), SideSql.same("0"));
  }

  static Chunk nulls(WindowColumn column) {
    return new Chunk(
        List.of(Window.nullTime(column.pair().source().name())),
        column.sql(c -> c + " is null"),
        SideSql.same("0"));
  }

  /** Equal shares of the keys by their hash; {@code buckets} is a power of two. */
  static Chunk buckets(int buckets, SideSql keyHash) {
    // The upper half of the hash: drilling down into a bucket uses the lower half.
    String share = " >> 32) & " + (buckets - 1);
    List<Window> windows =
        java.util.stream.IntStream.range(0, buckets)
            .mapToObj(i -> Window.bucket(i, buckets))
            .toList();
    return new Chunk(
        windows,
        SideSql.same("true"),
        new SideSql("(" + keyHash.source() + share, "(" + keyHash.target() + share));
  }
}
