package io.dualwrite.reconciler.state;

import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import javax.sql.DataSource;

/** Where runs begin and are taken up again. */
public final class RunDesk {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final DataSource target;
  private final Stores stores;
  private final Rules rules;

  /** Runs kept in {@code target}, where that is possible ({@link StateAccess}). */
  public RunDesk(DataSource target, Stores stores) {
    this(target, stores, new Rules() {});
  }

  /** Runs that keep to these rules. */
  public RunDesk(DataSource target, Stores stores, Rules rules) {
    this.target = target;
    this.stores = stores;
    this.rules = rules;
  }

  /** How a run stands to others of its command. Asked while no other run begins or is taken up. */
  public interface Rules {
    /** Throws if it cannot begin or go on beside these others that have not ended. */
    default void admit(List<UnfinishedRun> others) {}

    /** Whether a run with these settings that begins takes the place of an interrupted one. */
    default boolean replaces(SortedMap<String, String> settings, Run interrupted) {
      return interrupted.settings().equals(settings);
    }
  }

  /**
   * A run that was opened.
   *
   * @param run it
   * @param note what to tell people: that it goes on with another, or why it does not
   */
  public record Opened(KeptRun run, Optional<String> note) {}

  /**
   * Begins a run; interrupted ones of the same command and settings are given up.
   *
   * @throws SQLException if the target fails
   */
  public Opened begin(String command, SortedMap<String, String> settings) throws SQLException {
    return new Opened(fresh(command, settings), Optional.empty());
  }

  /**
   * Goes on with the latest interrupted run of the command; begins one if there is none.
   *
   * @throws IllegalArgumentException if the interrupted runs were made with other settings, naming
   *     them, or the run is being worked on
   * @throws SQLException if the target fails
   */
  public Opened resume(String command, SortedMap<String, String> settings) throws SQLException {
    List<UnfinishedRun> unfinished =
        KeptRun.transact(target, stores, (c, s) -> s.runs().unfinished(c, command));
    Optional<UnfinishedRun> same =
        unfinished.stream().filter(u -> u.run().settings().equals(settings)).findFirst();
    if (same.isPresent()) {
      return takeOver(same.get());
    }
    Optional<UnfinishedRun> other = unfinished.stream().filter(u -> !u.isHeld()).findFirst();
    if (other.isPresent()) {
      throw new IllegalArgumentException(
          "--resume: the "
              + command
              + " interrupted at "
              + since(other.get())
              + " was made with "
              + differences(other.get().run().settings(), settings)
              + ". Give the same options to go on with it, or leave --resume out to begin anew.");
    }
    return new Opened(
        fresh(command, settings),
        Optional.of("no interrupted " + command + " to go on with: a new one was begun"));
  }

  private Opened takeOver(UnfinishedRun unfinished) throws SQLException {
    if (unfinished.isHeld()) {
      throw held(unfinished);
    }
    Run taken =
        KeptRun.transact(
                target,
                stores,
                (c, s) -> {
                  s.runs().serialize(c);
                  rules.admit(
                      s.runs().unfinished(c, unfinished.run().command()).stream()
                          .filter(u -> u.run().id() != unfinished.run().id())
                          .toList());
                  return s.runs().takeOver(c, unfinished.run());
                })
            .orElseThrow(() -> held(unfinished));
    return new Opened(
        new KeptRun(target, stores, taken),
        Optional.of(
            "goes on with the "
                + taken.command()
                + " of "
                + TIME.format(taken.startedAt())
                + " UTC"));
  }

  private static IllegalArgumentException held(UnfinishedRun unfinished) {
    return new IllegalArgumentException(
        "--resume: the "
            + unfinished.run().command()
            + " begun at "
            + since(unfinished)
            + " is still under way ("
            + unfinished.process()
            + ", last heard of "
            + unfinished.silent().toMillis() / 1000
            + " s ago). If that process is gone, try again in "
            + UnfinishedRun.GONE.toSeconds()
            + " s.");
  }

  private static String since(UnfinishedRun unfinished) {
    return TIME.format(unfinished.run().startedAt()) + " UTC";
  }

  private static String differences(SortedMap<String, String> then, SortedMap<String, String> now) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = then.getOrDefault(name, "default");
      String here = now.getOrDefault(name, "default");
      if (!before.equals(here)) {
        differences.add(name + " " + before + ", not " + here);
      }
    }
    return String.join("; ", differences);
  }

  private KeptRun fresh(String command, SortedMap<String, String> settings) throws SQLException {
    Run run =
        KeptRun.transact(
            target,
            stores,
            (c, s) -> {
              s.runs().serialize(c);
              List<UnfinishedRun> others = s.runs().unfinished(c, command);
              rules.admit(others);
              for (UnfinishedRun old : others) {
                if (rules.replaces(settings, old.run()) && !old.isHeld()) {
                  Optional<Run> taken = s.runs().takeOver(c, old.run());
                  if (taken.isPresent()) {
                    s.runs().end(c, taken.get(), "given up");
                  }
                }
              }
              return s.runs().begin(c, command, settings);
            });
    return new KeptRun(target, stores, run);
  }
}
