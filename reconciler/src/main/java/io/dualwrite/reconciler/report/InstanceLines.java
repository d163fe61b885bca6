package io.dualwrite.reconciler.report;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Instances.Instance;
import io.dualwrite.reconciler.Confirmation;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The instances of a migration, a line each. */
public final class InstanceLines {
  private static final int GONE_LISTED = 5;

  private InstanceLines() {}

  /** How many there are, then those that are alive, then the last of those that are gone. */
  static String of(List<Instance> instances) {
    List<Instance> alive = instances.stream().filter(Instance::alive).toList();
    List<Instance> stale = instances.stream().filter(Instance::stale).toList();
    long left = instances.stream().filter(Instance::stopped).count();
    String text =
        "writers    "
            + alive.size()
            + " alive"
            + (stale.isEmpty() ? "" : " · " + stale.size() + " not heard of")
            + (left == 0 ? "" : " · " + left + " left in order")
            + "\n";
    Stream<Instance> gone = instances.stream().filter(i -> !i.alive()).limit(GONE_LISTED);
    return text
        + Stream.concat(alive.stream(), gone)
            .map(i -> "           " + line(i) + "\n")
            .collect(joining());
  }

  private static String line(Instance instance) {
    String when =
        instance.stopped()
            ? "left in order " + age(instance.lastSeen()) + " ago"
            : (instance.alive() ? "seen " : "NOT HEARD OF: last seen ")
                + age(instance.lastSeen())
                + " ago";
    if (!instance.alive()) {
      return instance.name() + "  " + when;
    }
    return instance.name()
        + "  "
        + Stream.of(
                instance.phase().map(Object::toString).orElse(""),
                instance.epoch().isPresent() ? "epoch " + instance.epoch().getAsLong() : "",
                killSwitch(instance),
                instance.state(),
                instance.capture().map(c -> "capture " + c).orElse(""),
                instance.policy().orElse(""),
                instance.version().orElse(""),
                when)
            .filter(s -> !s.isEmpty())
            .collect(joining(" · "));
  }

  private static String killSwitch(Instance instance) {
    return instance.killSwitchBy().isEmpty()
        ? ""
        : "kill switch engaged by " + String.join(", ", instance.killSwitchBy());
  }

  /** Who obeys a change, a line each, those that do not by name; and how many. */
  public static String of(Confirmation confirmation) {
    StringBuilder text = new StringBuilder();
    for (Confirmation.Follower follower : confirmation.following()) {
      Instance instance = follower.instance();
      text.append(instance.name())
          .append("  follows after ")
          .append(age(follower.after()))
          .append(" · ")
          .append(
              Stream.of(
                      instance.phase().map(Object::toString).orElse(""),
                      killSwitch(instance),
                      instance.state())
                  .filter(s -> !s.isEmpty())
                  .collect(joining(" · ")))
          .append('\n');
    }
    for (Instance instance : confirmation.missing()) {
      text.append(instance.name())
          .append("  HAS NOT CONFIRMED: ")
          .append(
              instance.epoch().isPresent()
                  ? "epoch " + instance.epoch().getAsLong()
                  : "of a version that does not tell its epoch")
          .append(", last seen ")
          .append(age(instance.lastSeen()))
          .append(" ago\n");
    }
    int alive = confirmation.following().size() + confirmation.missing().size();
    return text.append(
            alive == 0
                ? "No instance is alive.\n"
                : confirmation.following().size()
                    + " of "
                    + alive
                    + (alive == 1 ? " instance" : " instances")
                    + " at epoch "
                    + confirmation.epoch()
                    + ".\n")
        .toString();
  }

  /** What becomes of those that have not confirmed. */
  public static String missing(Confirmation confirmation) {
    return "Not confirmed by "
        + confirmation.missing().stream().map(Instance::name).collect(joining(", "))
        + ". An instance that is frozen or cut off follows within a second once it can read the source again; one that ended without a word is"
        + " dropped from this list "
        + Instances.ALIVE.toSeconds()
        + " s after it was last seen.";
  }

  static String age(Duration age) {
    double seconds = age.toMillis() / 1000.0;
    if (seconds < 120) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds);
    }
    return seconds < 7200 ? (age.toMinutes() + " min") : (age.toHours() + " h");
  }
}
