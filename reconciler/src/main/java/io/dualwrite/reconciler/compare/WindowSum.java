package io.dualwrite.reconciler.compare;

import static java.util.stream.Collectors.joining;

import com.google.common.base.Splitter;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The count and the checksum of some rows; rows in another order give the same.
 *
 * @param rows how many there are
 * @param digest sums over the rows' hashes mixed in different ways, with a colon between them
 */
public record WindowSum(long rows, String digest) {
  public static final WindowSum NONE = new WindowSum(0, "");

  /** That of these rows and of others. */
  WindowSum plus(WindowSum more) {
    if (rows == 0) {
      return more;
    }
    return more.rows == 0 ? this : new WindowSum(rows + more.rows, sum(digest, more.digest));
  }

  private static String sum(String a, String b) {
    List<String> these = Splitter.on(':').splitToList(a);
    List<String> those = Splitter.on(':').splitToList(b);
    return IntStream.range(0, these.size())
        .mapToObj(i -> new BigInteger(these.get(i)).add(new BigInteger(those.get(i))).toString())
        .collect(joining(":"));
  }
}
