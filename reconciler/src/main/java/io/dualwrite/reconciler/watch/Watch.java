package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.watch.WatchState.Away;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares, round by round, what has become comparable: rows older than the lateness. What was not
 * equal is looked at again in every round until it is; what is old, a share in every round.
 *
 * <p>A database that is away does not end it: the state then says so, and is not in sync until it
 * could be looked at again. One thread runs the rounds; {@link #state} may be read by any.
 */
public final class Watch implements AutoCloseable {
  private final Supplier<Looks> opening;
  private final Clock clock;
  private final Consumer<WatchState> listener;
  private final Knowledge known;
  private final Rounds rounds;
  private @Nullable Looks looks;
  private volatile WatchState state;

  /**
   * A watch that has not looked yet.
   *
   * @param opening opens connections; asked again after every failure
   * @param listener is told every new state, on the thread that runs the rounds
   */
  public Watch(
      String migration,
      WatchOptions options,
      Supplier<Looks> opening,
      Clock clock,
      Consumer<WatchState> listener) {
    this.opening = opening;
    this.clock = clock;
    this.listener = listener;
    this.known = new Knowledge(migration, clock.instant(), options.validity());
    this.state = known.state(clock.instant());
    this.rounds = new Rounds(known, options, clock, this::publish);
  }

  /** What is known. */
  public WatchState state() {
    return state;
  }

  /** Looks once at everything that is due; the state afterwards. Never throws for a database. */
  public WatchState round() {
    Optional<Away> before = known.away();
    try {
      Looks open = looks;
      if (open == null) {
        open = opening.get();
        looks = open;
      }
      if (rounds.look(open)) {
        close();
      }
    } catch (CannotLookException e) {
      Instant since = before.map(Away::since).orElse(clock.instant());
      known.away(new Away(since, e.problem()));
      close();
    }
    known.roundEnded();
    publish();
    return state;
  }

  private void publish() {
    state = known.state(clock.instant());
    listener.accept(state);
  }

  /** Closes the connections; a later round opens them again. */
  @Override
  public void close() {
    Looks open = looks;
    looks = null;
    rounds.interrupted();
    if (open != null) {
      open.close();
    }
  }
}
