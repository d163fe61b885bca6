package io.dualwrite.chaos;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a run is made.
 *
 * @param rounds how many rounds with faults chosen at random; 0 for the short form, in which each
 *     kind of fault happens once
 * @param seed what the faults and the work are chosen by
 * @param capture {@code STATEMENT}, {@code TRIGGER}, or {@code BOTH}: one form in the first half of
 *     the rounds, the other in the second
 * @param policy the failure policy; {@code MIXED}: {@code STRICT} for two tables, {@code RECOVER}
 *     for the others
 * @param delivery {@code ASYNC} or {@code SYNC}
 * @param faults the most faults in a round
 * @param applications how many processes write, at least 2
 * @param workers how many threads each of them has
 * @param paceMillis the pause of a thread between two operations, on average
 * @param directory where servers, logs and acknowledgements are kept; null for a temporary one that
 *     goes when nothing was found
 * @param summary where figures are written to as JSON; null for nowhere
 */
public record ChaosOptions(
    int rounds,
    long seed,
    String capture,
    String policy,
    String delivery,
    int faults,
    int applications,
    int workers,
    int paceMillis,
    @Nullable Path directory,
    @Nullable Path summary) {
  private static final int MOST = 8;

  public ChaosOptions {
    check("chaos.rounds", rounds, 0, 100_000);
    check("chaos.faults", faults, 1, 20);
    check("chaos.applications", applications, 2, MOST / 2);
    check("chaos.workers", workers, 1, MOST);
    check("chaos.pace", paceMillis, 0, 10_000);
  }

  /** What system properties say: {@code chaos.rounds}, {@code chaos.seed} and so on. */
  public static ChaosOptions fromProperties() {
    int rounds = property("chaos.rounds").map(Integer::parseInt).orElse(0);
    return new ChaosOptions(
        rounds,
        property("chaos.seed").map(Long::parseLong).orElseGet(() -> seed(rounds)),
        property("chaos.capture").orElse("BOTH"),
        property("chaos.policy").orElse("RECOVER"),
        property("chaos.delivery").orElse("ASYNC"),
        property("chaos.faults").map(Integer::parseInt).orElse(3),
        property("chaos.applications").map(Integer::parseInt).orElse(2),
        property("chaos.workers").map(Integer::parseInt).orElse(3),
        property("chaos.pace").map(Integer::parseInt).orElse(8),
        property("chaos.directory").map(Path::of).orElse(null),
        property("chaos.summary").map(Path::of).orElse(null));
  }

  /** The short form is the same every time. */
  private static long seed(int rounds) {
    return rounds == 0 ? 1 : System.nanoTime() & 0xffffffL;
  }

  private static Optional<String> property(String name) {
    return Optional.ofNullable(System.getProperty(name))
        .map(String::trim)
        .filter(v -> !v.isEmpty());
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be between " + least + " and " + most + ", was " + value);
    }
  }
}
