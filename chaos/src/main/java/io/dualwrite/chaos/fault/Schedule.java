package io.dualwrite.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Which faults happen in which round. */
public final class Schedule {
  private static final int LONGEST_START = 1_500;
  private static final int SHORTEST = 200;
  private static final int USUAL = 2_500;
  private static final int LONG = 14_000;

  /** Short rounds, one after the other, in which each kind of fault happens once. */
  private static final List<List<FaultKind>> ONCE_EACH =
      List.of(
          List.of(FaultKind.KILL_APPLICATION, FaultKind.COMPARE),
          List.of(FaultKind.KILL_TARGET, FaultKind.DELAY_SOURCE, FaultKind.REWRITE_JOURNAL),
          List.of(FaultKind.KILL_SOURCE, FaultKind.STOP_APPLICATION),
          List.of(FaultKind.FREEZE_TARGET, FaultKind.FREEZE_APPLICATION),
          List.of(FaultKind.CUT_SOURCE, FaultKind.CUT_TARGET, FaultKind.DELAY_TARGET),
          List.of(FaultKind.BLACK_HOLE_TARGET, FaultKind.HOLD_ANSWERS_SOURCE),
          List.of(FaultKind.REFUSE_ROWS, FaultKind.LOCK_TARGET, FaultKind.CHANGE_SCHEMA),
          List.of(FaultKind.FORGET_TARGET, FaultKind.FORGET_SOURCE),
          List.of(FaultKind.KILL_SWITCH_FILE, FaultKind.REPAIR),
          List.of(FaultKind.REVOKE_JOURNAL, FaultKind.END_SESSIONS),
          List.of(FaultKind.KILL_SWITCH_TABLE, FaultKind.FREEZE_SOURCE),
          List.of(FaultKind.BLACK_HOLE_SOURCE, FaultKind.HOLD_ANSWERS_TARGET));

  private Schedule() {}

  /** Each kind once. */
  public static List<List<Plan>> onceEach(long seed) {
    Random random = new Random(seed);
    return ONCE_EACH.stream()
        .map(
            kinds ->
                kinds.stream()
                    .map(
                        kind ->
                            new Plan(
                                kind,
                                Duration.ofMillis(300 + random.nextInt(300)),
                                Duration.ofMillis(1_000),
                                random.nextInt(1 << 20)))
                    .toList())
        .toList();
  }

  /** So many rounds of one to so many faults each; no kind is left out for long. */
  public static List<List<Plan>> random(long seed, int rounds, int most) {
    Random random = new Random(seed);
    Iterator<FaultKind> kinds =
        Stream.generate(
                () -> {
                  List<FaultKind> all = new ArrayList<>(List.of(FaultKind.values()));
                  java.util.Collections.shuffle(all, random);
                  return all;
                })
            .flatMap(List::stream)
            .iterator();
    List<List<Plan>> schedule = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      List<Plan> plans = new ArrayList<>();
      int count = 1 + random.nextInt(most);
      for (int i = 0; i < count; i++) {
        int longest = random.nextInt(12) == 0 ? LONG : USUAL;
        plans.add(
            new Plan(
                kinds.next(),
                Duration.ofMillis(random.nextInt(LONGEST_START)),
                Duration.ofMillis(SHORTEST + random.nextInt(longest)),
                random.nextInt(1 << 20)));
      }
      schedule.add(List.copyOf(plans));
    }
    return schedule;
  }
}
