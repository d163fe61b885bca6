package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.config.ThrottleConfig;
import io.dualwrite.jdbc.event.StateChange;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps delivery from slowing the application down. While a backlog is worked off, rounds follow
 * each other without a rest; when more than a tenth of the application's writes in the last moment
 * took longer than the limit, each round is followed by a rest as long as the round, then three
 * times, seven times and at the most fifteen times as long; when they do not, it goes back step by
 * step. Without a backlog delivery rests between rounds anyway, and what writes take then is what
 * an automatic limit is taken from.
 *
 * <p>Writes are told from any thread; the rest from delivery's.
 */
public final class Throttle {
  private static final Logger LOG = LoggerFactory.getLogger(Throttle.class);
  private static final int STEEPEST = 4;
  private static final int TIMES_USUAL = 5;
  private static final Duration AT_LEAST = Duration.ofMillis(20);
  private static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** Fewer writes than this say nothing. */
  private static final int FEW = 10;

  private static final int SLOW_PERCENT = 10;

  /** A mass update that takes minutes is not what writes usually take. */
  private static final long LOAD = Duration.ofMillis(250).toNanos();

  /** After so many looks without a backlog there is none. */
  private static final int CALM = 6;

  /** How much the last moment counts in what writes usually take. */
  private static final double LAST = 0.1;

  private final String migration;
  private final ThrottleConfig config;
  private final LongAdder writes = new LongAdder();
  private final LongAdder slow = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  private double usual;
  private boolean told;
  private volatile long limit;
  private volatile int step;

  /** For how many looks there was none. */
  private int looksWithout = CALM;

  private volatile boolean backlog;

  /** A throttle of that migration's delivery. */
  public Throttle(String migration, ThrottleConfig config) {
    this.migration = migration;
    this.config = config;
    this.limit = config.primaryLatency().map(Duration::toNanos).orElse(Long.MAX_VALUE);
  }

  /** A write or a commit of the application took so long on the primary. */
  public void wrote(long took) {
    if (config.on()) {
      writes.increment();
      nanos.add(Math.min(took, LOAD));
      if (took > limit) {
        slow.increment();
      }
    }
  }

  /**
   * The rest of a lane after a round that left a backlog, or an empty one.
   *
   * @param round how long it took
   */
  Duration rest(Duration round) {
    backlog = true;
    Duration rest = round.multipliedBy((1L << step) - 1);
    return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
  }

  /** Looks at the writes since the last look; to be called every half second or so. */
  synchronized void look() {
    long count = writes.sumThenReset();
    long slowOnes = slow.sumThenReset();
    long total = nanos.sumThenReset();
    // A round and the rest behind it may take longer than it is from one look to the next.
    looksWithout = backlog ? 0 : Math.min(CALM, looksWithout + 1);
    backlog = false;
    boolean catchingUp = looksWithout < CALM;
    if (catchingUp && count >= FEW && slowOnes * 100 > count * SLOW_PERCENT) {
      step = Math.min(STEEPEST, step + 1);
    } else {
      step = Math.max(0, step - 1);
    }
    if (!catchingUp && count >= FEW) {
      double mean = (double) total / count;
      usual = usual == 0 ? mean : usual + (mean - usual) * LAST;
      if (config.primaryLatency().isEmpty()) {
        limit = (long) Math.max(AT_LEAST.toNanos(), usual * TIMES_USUAL);
      }
    }
    tell();
  }

  private void tell() {
    if (step == STEEPEST && !told) {
      told = true;
      StateChange.DELIVERY_THROTTLED
          .in(LOG, migration)
          .addKeyValue("limitMillis", limit / 1_000_000)
          .log(
              "migration {}: delivery catches up slowly: the application's writes take longer than {} ms on the primary. Entries stay in the journal.",
              migration,
              limit / 1_000_000);
    } else if (step == 0 && told) {
      told = false;
      StateChange.DELIVERY_UNTHROTTLED
          .in(LOG, migration)
          .log("migration {}: delivery goes at full speed again", migration);
    }
  }

  /** The share of its time that delivery may work while there is a backlog, above 0 to 1. */
  double share() {
    return 1.0 / (1L << step);
  }
}
