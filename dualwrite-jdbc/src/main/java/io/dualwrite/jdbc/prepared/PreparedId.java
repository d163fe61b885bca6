package io.dualwrite.jdbc.prepared;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a prepared transaction: {@code
 * dualwrite:<migration>:<database>:<transaction>:<since>: <for>}. It says whose it is and what has
 * to be asked of the primary to know whether it is to be committed. Under 130 bytes (PostgreSQL
 * takes 199), without any character that SQL would quote.
 *
 * <p>A transaction's number alone does not name it: a primary that crashes gives numbers out again
 * that it had not yet written to disk. So the name also says when the transaction's journal entries
 * were written.
 *
 * @param migration a hash of the migration's name
 * @param database which database of which server the primary is, as {@link PrimaryDatabase} tells
 *     it
 * @param transaction the {@code xid8} of the primary's transaction
 * @param since when that began, by the primary's clock, in microseconds
 * @param until when its last entry had been written, likewise
 */
public record PreparedId(
    String migration, String database, String transaction, Instant since, Instant until) {
  private static final Pattern FORM =
      Pattern.compile(
          "dualwrite:([0-9a-f]{16}):([0-9.]{1,40}):([0-9]{1,20}):([0-9]{1,19}):([0-9]{1,19})");

  /** The name for a transaction of this migration. */
  public static PreparedId of(
      String migration, String database, String transaction, Instant since, Instant until) {
    return new PreparedId(
        hash(migration),
        database,
        transaction,
        since.truncatedTo(ChronoUnit.MICROS),
        until.isBefore(since) ? since : until.truncatedTo(ChronoUnit.MICROS));
  }

  /** What all names of a migration begin with. */
  public static String prefix(String migration) {
    return "dualwrite:" + hash(migration) + ":";
  }

  private static String hash(String migration) {
    return Hashing.sha256()
        .hashString(migration, StandardCharsets.UTF_8)
        .toString()
        .substring(0, 16);
  }

  /** The name that this text is, if it is one. */
  public static Optional<PreparedId> parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      Instant since = Instant.EPOCH.plus(number(parts, 4), ChronoUnit.MICROS);
      return Optional.of(
          new PreparedId(
              group(parts, 1),
              group(parts, 2),
              group(parts, 3),
              since,
              since.plus(number(parts, 5), ChronoUnit.MICROS)));
    } catch (ArithmeticException | java.time.DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String group(Matcher parts, int group) {
    return requireNonNull(parts.group(group));
  }

  private static long number(Matcher parts, int group) {
    return Long.parseLong(group(parts, group));
  }

  /** The name as PostgreSQL is given it. */
  public String text() {
    return String.join(
        ":",
        "dualwrite",
        migration,
        database,
        transaction,
        Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, since)),
        Long.toString(ChronoUnit.MICROS.between(since, until)));
  }
}
