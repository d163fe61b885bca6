package io.dualwrite.reconciler.backfill;

import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.state.Run;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run was asked for, as it is kept with it.
 *
 * @param tables as {@link KeptRun} writes them
 * @param since only rows at or after it
 * @param kind how the end was given
 * @param until only rows before it; empty: all of them
 */
record Request(String tables, Optional<Instant> since, End.Kind kind, Optional<Instant> until) {
  private static final String SINCE = "since";
  private static final String END = "end";
  private static final String KIND = "end-is";

  static Request of(BackfillOptions options, Optional<Instant> until) {
    return new Request(
        KeptRun.tables(options.tables()), options.since(), options.end().kind(), until);
  }

  static Request of(Run run) {
    SortedMap<String, String> settings = run.settings();
    Optional<Instant> until = instant(settings.getOrDefault(END, ""));
    // A run of an earlier version does not say: its end counts as one that was given.
    End.Kind kind =
        Arrays.stream(End.Kind.values())
            .filter(k -> k.name().equals(settings.get(KIND)))
            .findFirst()
            .orElse(until.isPresent() ? End.Kind.TIME : End.Kind.NONE);
    return new Request(
        settings.getOrDefault(KeptRun.TABLES, ""),
        instant(settings.getOrDefault(SINCE, "")),
        kind,
        until);
  }

  SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put(KeptRun.TABLES, tables);
    settings.put(SINCE, since.map(Instant::toString).orElse(""));
    settings.put(END, until.map(Instant::toString).orElse(""));
    settings.put(KIND, kind.name());
    return settings;
  }

  /** The options of the command line that were not left out, as they are kept to be given again. */
  static SortedMap<String, String> given(BackfillOptions options) {
    SortedMap<String, String> given = new TreeMap<>();
    if (!options.tables().isEmpty()) {
      given.put("--table", options.tables().stream().sorted().collect(joining(", ")));
    }
    options.since().ifPresent(since -> given.put("--from", since.toString()));
    if (options.end().kind() != End.Kind.COMPLETION_POINT) {
      given.put("--until", options.end().at().map(Instant::toString).orElse("end"));
    }
    options.checksum().ifPresent(checksum -> given.put("--checksum", checksum.label()));
    if (options.deferIndexes()) {
      given.put("--defer-indexes", "yes");
    }
    return given;
  }

  /**
   * Whether these options ask for the same part of the same tables. An end that is given must be
   * the very same; the completion point fits one that was found out, whatever it was then.
   */
  boolean fits(BackfillOptions options) {
    return tables.equals(KeptRun.tables(options.tables()))
        && since.equals(options.since())
        && (options.end().kind() == End.Kind.COMPLETION_POINT
            ? kind == End.Kind.COMPLETION_POINT
            : until.equals(options.end().at()));
  }

  /** The part of the tables in words, of a run that is kept. */
  String part() {
    return part(since, kind, until.map(Instant::toString).orElse("?"));
  }

  /** The part that options ask for, in words. */
  static String part(BackfillOptions options) {
    return part(
        options.since(),
        options.end().kind(),
        options.end().at().map(Instant::toString).orElse("whatever it is by now"));
  }

  private static String part(Optional<Instant> since, End.Kind kind, String until) {
    String from = since.map(s -> "from " + s + " ").orElse("");
    return from
        + switch (kind) {
          case NONE -> "to the last row (--until end)";
          case TIME -> "until " + until;
          case COMPLETION_POINT -> "until the completion point (" + until + ")";
        };
  }

  /** The options that go on with it. */
  String options() {
    return since.map(s -> "--from " + s + " ").orElse("")
        + "--until "
        + until.map(Instant::toString).orElse("end");
  }

  private static Optional<Instant> instant(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
  }
}
