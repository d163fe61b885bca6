package io.dualwrite.reconciler.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.WatchLine;
import io.dualwrite.reconciler.watch.WatchMetrics;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.Away;
import io.dualwrite.reconciler.watch.WatchState.Part;
import io.dualwrite.reconciler.watch.WatchState.SeenDifference;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import io.dualwrite.testing.Guarantee;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchPageTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant UP_TO = Instant.parse("2026-01-07T00:00:00Z");

  private static WatchState state(Optional<Away> away, Part... open) {
    return state(away, Optional.empty(), open);
  }

  private static WatchState state(
      Optional<Away> away, Optional<String> notTakenBack, Part... open) {
    TableDrift table =
        new TableDrift(
            "public.<b>flights",
            true,
            Optional.of(FIRST),
            Optional.empty(),
            true,
            List.of(),
            Optional.of(UP_TO),
            Duration.ofMillis(10),
            1_000,
            List.of(open),
            notTakenBack);
    SeenDifference difference =
        new SeenDifference(
            UP_TO, "public.<b>flights", "CHANGED", "id=<script>", List.of("x"), "2026-01-02");
    return new WatchState(
        "m",
        FIRST,
        UP_TO,
        1,
        Optional.of(UP_TO),
        away,
        Optional.empty(),
        List.of(table),
        open.length == 0 ? List.of() : List.of(difference));
  }

  private static Part part(int hour, Status status) {
    return new Part(
        Optional.of(FIRST.plus(Duration.ofHours(hour))),
        Optional.of(FIRST.plus(Duration.ofHours(hour + 1L))),
        false,
        status,
        2,
        0,
        0,
        Optional.empty(),
        UP_TO);
  }

  @Test
  void thePageStandsAloneAndAsksForItselfAgain() {
    String html = WatchPage.of(state(Optional.empty(), part(30, Status.DIFFERS)), "v");

    Html.assertWellFormed(html);
    assertThat(html)
        .contains("<meta http-equiv=\"refresh\" content=\"5\">", "2 rows differ")
        .doesNotContain("<script", "<b>", "http://");
    assertThat(html.split("<i class=\"d\" title=", -1)).hasSize(2);
  }

  @Test
  void whatCouldNotBeTakenBackIsSaidWithItsTableAndCounted() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    WatchMetrics metrics = new WatchMetrics(registry);
    String metric = "dualwrite_watch_not_taken_back{table=\"public.<b>flights\"} ";
    Part differs = part(30, Status.DIFFERS);
    WatchState state =
        state(Optional.empty(), Optional.of("<i>gone (`reconciler init` adds it)"), differs);

    String html = WatchPage.of(state, "v");

    Html.assertWellFormed(html);
    assertThat(html).contains("class=\"warn\"><bdi>&lt;i&gt;gone (reconciler init adds it)</bdi>");
    assertThat(WatchPage.of(state(Optional.empty(), differs), "v")).doesNotContain("\"warn\"");
    metrics.accept(state);
    assertThat(registry.scrape()).contains(metric + "1.0");
    metrics.accept(state(Optional.empty(), differs));
    assertThat(registry.scrape()).contains(metric + "0.0");
  }

  @Test
  void rowsWithoutATimeAreToldApartFromTheTable() {
    Part nulls =
        new Part(
            Optional.empty(),
            Optional.empty(),
            true,
            Status.DIFFERS,
            3,
            0,
            0,
            Optional.empty(),
            UP_TO);

    String html = WatchPage.of(state(Optional.empty(), nulls), "v");

    Html.assertWellFormed(html);
    assertThat(html)
        .contains("3 rows differ", "rows without a time: differs since 2026-01-07 00:00")
        .contains("<i class=\"e\"")
        .doesNotContain("<i class=\"d\" title=\"2026");
  }

  @Test
  @Guarantee("G10")
  void whileADatabaseIsAwayNothingIsShownAsEqual() {
    Away away = new Away(UP_TO, "target: cannot be reached (08001)");

    String html = WatchPage.of(state(Optional.of(away)), "v");

    assertThat(html)
        .contains("verdict unknown", "Not known to be in sync.", "was: equal", "table stale")
        .doesNotContain("verdict good", "tag good");
    assertThat(WatchLine.of(state(Optional.of(away))))
        .isEqualTo(
            "Not known to be in sync. Cannot look since 2026-01-07 00:00 UTC: target: cannot be reached (08001)");
    assertThat(WatchLine.of(state(Optional.empty())))
        .isEqualTo("In sync up to 2026-01-07 00:00 UTC: 1 table.");
  }
}
