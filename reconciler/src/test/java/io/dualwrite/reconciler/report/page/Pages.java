package io.dualwrite.reconciler.report.page;

import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.reconciler.compare.Kept;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Results to make pages of. */
final class Pages {
  static final Instant AT = Instant.parse("2026-03-01T09:30:00Z");
  private static final DateTimeFormatter LABEL =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

  private Pages() {}

  static PageSettings settings() {
    return new PageSettings(
            MigrationConfig.builder("metrics-to-timescale")
                .source(EndpointConfig.of("jdbc:postgresql://db1/app?password=hunter2"))
                .target(EndpointConfig.of("jdbc:postgresql://db2:5433/app", "app", "hunter3"))
                .build(),
            "reconciler 0.1.0")
        .with("--window", "1h");
  }

  static Window hour(int number) {
    LocalDateTime from = LocalDateTime.of(2001, 1, 14, 0, 0).plusHours(number);
    return new Window(
        Window.Kind.TIME, from + ":00Z", from.plusHours(1) + ":00Z", LABEL.format(from));
  }

  static WindowResult window(int number, Status status) {
    boolean differs = status == Status.DIFFERS;
    return new WindowResult(
        hour(number),
        status,
        3_000,
        differs ? 2_999 : 3_000,
        differs ? 1 : 0,
        0,
        differs ? 2 : 0,
        status == Status.FAILED
            ? Optional.of("target: canceling statement due to statement timeout (57014)")
            : status == Status.NOT_YET ? Optional.of("deliveries are pending") : Optional.empty());
  }

  static TableComparison table(
      String name, List<WindowResult> windows, List<Difference> differences) {
    return new TableComparison(name, windows, differences, false, List.of(), List.of());
  }

  static Comparison comparison(TableComparison... tables) {
    return new Comparison(
        "metrics-to-timescale",
        AT,
        Duration.ofMillis(83_400),
        Checksum.SEND,
        true,
        List.of(tables),
        Kept.NOTHING,
        OptionalLong.empty(),
        false);
  }

  static Difference difference(int i, Window window) {
    Kind kind = Kind.values()[i % 3];
    return new Difference(
        kind,
        Map.of("id", Integer.toString(180_000 + i)),
        kind == Kind.CHANGED ? List.of("delay_minutes") : List.of(),
        window,
        1);
  }

  /** Something of everything. */
  static Comparison mixed() {
    Random random = new Random(7);
    List<WindowResult> flights = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      int dice = random.nextInt(60);
      Status status =
          dice == 0
              ? Status.DIFFERS
              : dice == 1 ? Status.NOT_YET : dice == 2 && i > 700 ? Status.FAILED : Status.EQUAL;
      flights.add(window(i, status));
      if (status == Status.DIFFERS) {
        differences.add(difference(differences.size(), hour(i)));
        differences.add(difference(differences.size(), hour(i)));
      }
    }
    WindowResult equal =
        new WindowResult(Window.all(), Status.EQUAL, 3_376, 3_376, 0, 0, 0, Optional.empty());
    WindowResult skipped =
        new WindowResult(
            Window.all(),
            Status.SKIPPED,
            0,
            0,
            0,
            0,
            0,
            Optional.of(
                "public.events has no primary key and no unique not-null index, so its rows cannot be told apart. Add `key: [...]` under tables.overrides."));
    return comparison(
        table("public.events", List.of(skipped), List.of()),
        table("public.airports", List.of(equal), List.of()),
        new TableComparison(
            "public.flights",
            flights,
            differences,
            true,
            List.of("distance: numeric(12,4) compared as numeric(10,2)"),
            List.of(
                new NotReadAgain(
                    NotReadAgain.Reason.APPEND_ONLY,
                    OptionalLong.of(120),
                    OptionalLong.of(360_000),
                    Optional.of("2001-01-14T00:00:00Z"),
                    AT.minusSeconds(90_000),
                    AT.minusSeconds(80_000)))));
  }
}
