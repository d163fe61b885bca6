package io.dualwrite.reconciler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.testing.Guarantee;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a watch keeps of what it has found in a table. */
class TableWatchTest {
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00Z");
  private static final Instant ONE = Instant.parse("2026-03-01T01:00:00Z");
  private static final Instant HALF = Instant.parse("2026-03-01T01:30:00Z");
  private static final Instant TWO = Instant.parse("2026-03-01T02:00:00Z");

  private final TableWatch table = new TableWatch("t", true);

  private void found(Window window, Status status, Optional<Instant> from, Instant to) {
    WindowResult result =
        new WindowResult(
            window, status, 1, 0, status == Status.DIFFERS ? 1 : 0, 0, 0, Optional.empty());
    table.found(
        new TableComparison("t", List.of(result), List.of(), false, List.of(), List.of()),
        from,
        Optional.of(to),
        from.isEmpty(),
        NOW,
        Duration.ZERO);
  }

  private static Window hour() {
    return new Window(Window.Kind.TIME, ONE.toString(), TWO.toString(), "01:00");
  }

  @Test
  void aLookAtAPartOfWhatDiffersLeavesTheRestOpen() {
    found(hour(), Status.DIFFERS, Optional.empty(), NOW);

    found(hour(), Status.EQUAL, Optional.of(ONE), HALF);
    assertThat(table.open())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.from()).isEqualTo(HALF);
              assertThat(r.to()).isEqualTo(TWO);
              assertThat(r.status()).isEqualTo(Status.DIFFERS);
            });

    found(hour(), Status.EQUAL, Optional.of(HALF), TWO);
    assertThat(table.open()).isEmpty();
  }

  @Test
  @Guarantee("G10")
  void whatFailedIsStillToBeSeenAmongMuchThatIsPendingOrDiffers() {
    List<WindowResult> windows = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      Status status = i % 1000 == 5 ? Status.FAILED : i % 2 == 0 ? Status.NOT_YET : Status.DIFFERS;
      Instant from = ONE.plusSeconds(3600L * i);
      windows.add(
          new WindowResult(
              new Window(
                  Window.Kind.TIME, from.toString(), from.plusSeconds(3600).toString(), "hour"),
              status,
              1,
              0,
              status == Status.DIFFERS ? 1 : 0,
              0,
              0,
              Optional.empty()));
    }
    windows.add(
        new WindowResult(
            new Window(Window.Kind.NULL_TIME, null, null, "at is null"),
            Status.DIFFERS,
            1,
            0,
            1,
            0,
            0,
            Optional.empty()));

    table.found(
        new TableComparison("t", windows, List.of(), false, List.of(), List.of()),
        Optional.empty(),
        Optional.empty(),
        true,
        NOW,
        Duration.ZERO);

    assertThat(table.open()).hasSizeBetween(100, 500);
    assertThat(table.open().stream().filter(r -> r.status() == Status.FAILED)).hasSize(3);
    assertThat(table.open().stream().filter(OpenRange::withoutTime)).hasSize(1);
    assertThat(table.open().stream().mapToLong(OpenRange::missing).sum()).isEqualTo(1_498);
  }

  @Test
  void rowsWithoutATimeAreKnownUntilTheyAreLookedAtAgain() {
    Window nulls = new Window(Window.Kind.NULL_TIME, null, null, "at is null");
    found(nulls, Status.DIFFERS, Optional.empty(), NOW);

    found(hour(), Status.EQUAL, Optional.of(ONE), NOW);
    assertThat(table.has(Status.DIFFERS)).isTrue();

    found(nulls, Status.EQUAL, Optional.empty(), ONE);
    assertThat(table.open()).isEmpty();
  }
}
