package io.dualwrite.chaos.history;

import io.dualwrite.chaos.history.Change.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What was told of one row since the last check. */
final class RowHistory {
  private final @Nullable Long verified;
  private final List<Step> steps = new ArrayList<>();

  /**
   * @param verified the version that the row had at the last check; null if it was not there
   */
  RowHistory(@Nullable Long verified) {
    this.verified = verified;
  }

  private record Step(Change change, Told told) {
    boolean is(Outcome outcome) {
      return told.outcome() == outcome;
    }

    boolean mayHaveHappened() {
      return is(Outcome.UNKNOWN) || is(Outcome.INTENDED);
    }
  }

  void add(Change change, Told told) {
    steps.add(new Step(change, told));
  }

  boolean changedWithin(List<Span> spans) {
    return steps.stream()
        .anyMatch(s -> spans.stream().anyMatch(p -> p.meets(s.told.from(), s.told.until())));
  }

  /**
   * What is wrong with the row, if anything.
   *
   * @param version the one that it has; null if it is not there
   */
  Optional<String> contradiction(@Nullable Long version) {
    Optional<Change> last =
        steps.stream()
            .filter(s -> s.is(Outcome.ACKNOWLEDGED))
            .map(Step::change)
            .max((a, b) -> Long.compare(a.order(), b.order()));
    long known = verified == null ? 0 : verified * 2;
    boolean there = verified != null;
    if (last.isPresent() && last.get().order() >= known) {
      known = last.get().order();
      there = last.get().kind() == Kind.PRESENT;
    }
    if (version == null) {
      return there && !mayBe(Kind.ABSENT, known, Optional.empty())
          ? Optional.of("LOST: acknowledged with version " + known / 2 + ", not there")
          : Optional.empty();
    }
    long order = version * 2;
    if (order == known && there) {
      return Optional.empty();
    }
    if (order < known) {
      return Optional.of(
          (there ? "LOST: acknowledged with version " : "BACK: acknowledged as gone after version ")
              + known / 2
              + ", there with version "
              + version);
    }
    if (mayBe(Kind.PRESENT, known, Optional.of(version))) {
      return Optional.empty();
    }
    boolean undone =
        steps.stream()
            .anyMatch(
                s ->
                    s.is(Outcome.ROLLED_BACK)
                        && s.change.kind() == Kind.PRESENT
                        && s.change.version() == version);
    return Optional.of(
        (undone ? "ROLLED BACK, yet there with version " : "UNEXPLAINED: there with version ")
            + version
            + ", acknowledged up to "
            + known / 2);
  }

  private boolean mayBe(Kind kind, long after, Optional<Long> version) {
    return steps.stream()
        .filter(Step::mayHaveHappened)
        .map(Step::change)
        .anyMatch(
            c ->
                c.kind() == Kind.EITHER
                    || (c.kind() == kind
                        && c.order() > after
                        && version.map(v -> v == c.version()).orElse(true)));
  }

  String describe() {
    return steps.stream()
        .map(
            s ->
                s.told.outcome()
                    + " "
                    + s.change.text()
                    + " from "
                    + s.told.from()
                    + " until "
                    + s.told.until())
        .collect(Collectors.joining("; "));
  }
}
