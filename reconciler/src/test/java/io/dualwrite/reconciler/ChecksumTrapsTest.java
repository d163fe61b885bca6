package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes that a weaker checksum does not see, each with the counts equal on both sides. */
@WithDatabases
@Guarantee("G10")
class ChecksumTrapsTest {
  private static final String TABLE =
      """
      create table traps (id int primary key, big bigint, f8 float8, f4 float4, n numeric, ts timestamptz, tl timestamp, iv interval,
        t text, c char(5), bp bpchar, js json, jb jsonb, b bytea, a int8[], fa float8[], e mood, r int4range, d dom, m money, bi bit(3), tt timetz,
        x xml, p point, ip inet)""";
  private static final String ROWS =
      """
      insert into traps
      select i, i, i / 7.0, i / 3.0, i * 1.5, timestamptz '2001-01-14 00:00Z' + i * interval '1 s', '2001-01-14', '1 day', 'text ' || i, 'c', 'bp',
        '{"a": 1, "b": 2}', '{"a": 1, "b": 2}', '\\x00ff', array[i, 2], array[0.1, i], 'sad', '[1,5)', 7, 12.34, '101', '10:00+01', '<a/>', '(1,2)', '10.0.0.1'
      from generate_series(1, 50) i""";

  private final TwoDatabases two;

  ChecksumTrapsTest(TestDatabases dbs) throws SQLException {
    this.two = new TwoDatabases(dbs);
    two.both(
        "create type mood as enum ('sad', 'glad')",
        "create domain dom as bigint check (value > 0)",
        TABLE,
        ROWS);
  }

  static Stream<Arguments> changes() {
    List<List<String>> changes =
        List.of(
            List.of("big", "big = big + 4294967296"),
            List.of("big", "big = null"),
            List.of("f8", "f8 = f8 + 1e-9"),
            List.of("f8", "f8 = 'NaN'"),
            List.of("f4", "f4 = f4 + 0.00001"),
            List.of("n", "n = n + 0.0000000001"),
            List.of("n", "n = -n"),
            List.of("n", "n = n * 10000"),
            List.of("ts", "ts = ts + interval '1 microsecond'"),
            List.of("ts", "ts = 'infinity'"),
            List.of("tl", "tl = tl + interval '1 microsecond'"),
            List.of("iv", "iv = '24 hours'"),
            List.of("t", "t = t || ' '"),
            List.of("t", "t = ''"),
            List.of("bp", "bp = textin(bpcharout(bp)) || ' '"),
            List.of("js", "js = '{\"a\": 1, \"c\": 2}'"),
            List.of("jb", "jb = '{\"a\": 1, \"c\": 2}'"),
            List.of("jb", "jb = '{\"a\": 1, \"b\": \"2\"}'"),
            List.of("jb", "jb = '{\"a\": {}}'"),
            List.of("b", "b = '\\x00fe'"),
            List.of("a", "a = array[id + 4294967296, 2]"),
            List.of("fa", "fa = array[0.1000000001, id]"),
            List.of("e", "e = 'glad'"),
            List.of("r", "r = '[1,6)'"),
            List.of("d", "d = 4294967303"),
            List.of("m", "m = 12.35"),
            List.of("bi", "bi = '100'"),
            List.of("tt", "tt = '09:00+00'"),
            List.of("x", "x = '<b/>'"),
            List.of("p", "p = '(1,3)'"),
            List.of("ip", "ip = '10.0.0.1/31'"));
    List<Arguments> all = new ArrayList<>();
    // SHA256 takes the same text as MD5.
    for (Checksum checksum : List.of(Checksum.SEND, Checksum.TEXT, Checksum.MD5)) {
      changes.forEach(c -> all.add(Arguments.of(checksum, c.get(0), c.get(1))));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("changes")
  void aChangeOfOneValueIsSeenInItsColumn(Checksum checksum, String column, String change)
      throws SQLException {
    two.target("update traps set " + change + " where id = 7");

    assertThat(differences(checksum))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.kind()).isEqualTo(Kind.CHANGED);
              assertThat(d.key()).containsEntry("id", "7");
              assertThat(d.columns()).containsExactly(column);
            });
  }

  /** Pairs of documents and arrays that the servers' own hashes do not tell apart. */
  @ParameterizedTest
  @MethodSource("checksums")
  void whatIsNestedInWhatIsSeen(Checksum checksum) throws SQLException {
    List<List<String>> pairs =
        List.of(
            List.of("jb", "{}", "[]"),
            List.of("jb", "{\"a\": {\"b\": 1, \"c\": 2}}", "{\"a\": {\"b\": 1}, \"c\": 2}"),
            List.of("jb", "[[1, 2]]", "[[1], 2]"),
            List.of("jb", numbers(40, 3, 35), numbers(40, 35, 3)),
            List.of("a", "{1,2}", "{{1,2}}"));
    for (List<String> pair : pairs) {
      String column = pair.get(0);
      two.source("update traps set " + column + " = '" + pair.get(1) + "' where id = 7");
      two.target("update traps set " + column + " = '" + pair.get(2) + "' where id = 7");

      assertThat(differences(checksum))
          .as("%s", pair)
          .singleElement()
          .satisfies(d -> assertThat(d.columns()).containsExactly(column));

      two.target("update traps set " + column + " = '" + pair.get(1) + "' where id = 7");
    }
  }

  /** A JSON array in which the elements at two places are those numbers. */
  private static String numbers(int length, int third, int thirtyFifth) {
    List<Integer> numbers = new ArrayList<>(Collections.nCopies(length, 0));
    numbers.set(3, third);
    numbers.set(35, thirtyFifth);
    return numbers.toString();
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void oneAndTenThousandSwappedAreSeen(Checksum checksum) throws SQLException {
    assumeComputed(checksum);
    two.both("create table one (id int primary key, n numeric)");
    for (int i = 0; i < 8; i++) {
      two.both("truncate one");
      two.source("insert into one values (" + i + ", 1), (" + (i + 100) + ", 10000)");
      two.target("insert into one values (" + i + ", 10000), (" + (i + 100) + ", 1)");

      Comparison comparison =
          two.compare(two.options().checksum(Optional.of(checksum)).tables(List.of("public.one")));
      assertThat(comparison.tables().get(0).changed()).isEqualTo(2);
    }
  }

  static Checksum[] checksums() {
    return Checksum.values();
  }

  /** PostgreSQL 13 has no hash of a record. */
  private void assumeComputed(Checksum checksum) {
    try {
      assumeTrue(
          checksum != Checksum.SEND
              || Integer.parseInt(
                      two.dbs.queryValue(
                          two.dbs.source(), "select current_setting('server_version_num')"))
                  >= 140_000);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void valuesSwappedBetweenTwoRowsAreSeen(Checksum checksum) throws SQLException {
    for (String column : List.of("big", "t", "f8", "ts", "n")) {
      two.target(
          "update traps t set "
              + column
              + " = s."
              + column
              + " from traps s where (t.id, s.id) in ((7, 8), (8, 7))");

      assertThat(differences(checksum))
          .as(column)
          .extracting(d -> d.key().get("id"))
          .containsExactly("7", "8");

      two.target(
          "update traps t set "
              + column
              + " = s."
              + column
              + " from traps s where (t.id, s.id) in ((7, 8), (8, 7))");
    }
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void nullIsNeitherZeroNorEmpty(Checksum checksum) throws SQLException {
    two.source("update traps set big = null, f8 = null, t = null where id = 3");
    two.target("update traps set big = 0, f8 = 0, t = '' where id = 3");

    assertThat(differences(checksum))
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactly("big", "f8", "t"));
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void nullInOneColumnIsNotNullInTheNext(Checksum checksum) throws SQLException {
    two.source("update traps set c = null, bp = 'x' where id = 3");
    two.target("update traps set c = 'x', bp = null where id = 3");

    assertThat(differences(checksum))
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactly("c", "bp"));
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void minusZeroIsNotZero(Checksum checksum) throws SQLException {
    two.source("update traps set f8 = 0 where id = 3");
    two.target("update traps set f8 = '-0' where id = 3");

    assertThat(differences(checksum))
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactly("f8"));
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void theSameValueWrittenInAnotherWayIsEqual(Checksum checksum) throws SQLException {
    two.source(
        "update traps set n = 1.50, f8 = 'NaN', c = 'ab', js = '{\"a\":1,\"b\":2.0}', jb = '{\"a\":1,\"b\":2.0}', ts = '-infinity' where id = 3");
    two.target(
        "update traps set n = 1.5, f8 = 'NaN', c = 'ab   ', js = '{ \"b\": 2.00, \"a\": 1 }', jb = '{\"b\":2.00,\"a\":1}', ts = '-infinity' where id = 3");

    assertThat(differences(checksum)).isEmpty();
    assertThat(compare(checksum).inSync()).isTrue();
  }

  @Test
  void theChosenChecksumIsTheCheapOneAndIsSaid() {
    assumeComputed(Checksum.SEND);
    assertThat(two.compare().checksum()).isEqualTo(Checksum.SEND);
  }

  private List<Difference> differences(Checksum checksum) {
    return compare(checksum).tables().get(0).differences();
  }

  private Comparison compare(Checksum checksum) {
    assumeComputed(checksum);
    return two.compare(two.options().checksum(Optional.of(checksum)));
  }
}
