package io.dualwrite.reconciler.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ComparisonPageTest {

  private static String page(Comparison comparison) {
    return ComparisonPage.of(comparison, Pages.settings(), Optional.empty());
  }

  private static long count(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().count();
  }

  @Test
  void thePageStandsAloneAndEveryElementIsClosed() {
    String html = page(Pages.mixed());

    Html.assertWellFormed(html);
    assertThat(html)
        .startsWith("<!DOCTYPE html>")
        .contains("default-src 'none'; style-src 'unsafe-inline'")
        .doesNotContain("http://", "https://", "<script", "<img", "@import", "url(");
  }

  @Test
  void theVerdictIsInWordsAndTheWordsSuffice() {
    assertThat(page(Pages.mixed()))
        .contains("<p class=\"verdict bad\" role=\"status\">Not in sync. 1 of 3 tables cannot be");
    assertThat(
            page(
                Pages.comparison(
                    Pages.table("t", List.of(Pages.window(0, Status.EQUAL)), List.of()))))
        .contains("<p class=\"verdict good\" role=\"status\">In sync: 1 window, 3,000 rows");
    assertThat(
            page(
                Pages.comparison(
                    Pages.table("t", List.of(Pages.window(0, Status.FAILED)), List.of()))))
        .contains("<p class=\"verdict unknown\" role=\"status\">Not known to be in sync.")
        .contains("canceling statement due to statement timeout");
    assertThat(
            page(
                Pages.comparison(
                    Pages.table("t", List.of(Pages.window(0, Status.NOT_YET)), List.of()))))
        .contains("<p class=\"verdict unknown\" role=\"status\">Not in sync yet.");
    assertThat(page(Pages.comparison())).doesNotContain("verdict good").doesNotContain("In sync");
  }

  @Test
  void tablesThatWantAttentionComeFirst() {
    String html =
        page(
            Pages.comparison(
                Pages.table("public.first", List.of(Pages.window(0, Status.EQUAL)), List.of()),
                Pages.table("public.second", List.of(Pages.window(0, Status.DIFFERS)), List.of()),
                Pages.table("public.third", List.of(Pages.window(0, Status.FAILED)), List.of())));

    assertThat(html.substring(html.indexOf("<h2>Tables</h2>")))
        .containsSubsequence("public.second", "public.third", "public.first");
  }

  @Test
  void cellsTellVerdictsApartWithoutColour() {
    List<WindowResult> windows = new ArrayList<>();
    for (Status status : Status.values()) {
      windows.add(Pages.window(windows.size(), status));
    }

    HeatMap map = HeatMap.of(windows, 100);

    assertThat(map.cells()).extracting(HeatMap.Cell::sign).doesNotHaveDuplicates();
    assertThat(map.cells()).extracting(HeatMap.Cell::style).doesNotHaveDuplicates();
    assertThat(map.cells().get(1).title())
        .isEqualTo("2001-01-14 01:00: differs; 1 missing, 0 extra, 2 changed");
    assertThat(map.words()).isEqualTo("1 differs, 1 failed, 1 skipped, 1 not yet, 1 equal");
  }

  @Test
  void aSharedCellHasTheWorstVerdict() {
    List<WindowResult> windows = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      windows.add(Pages.window(i, i == 501 ? Status.DIFFERS : Status.EQUAL));
    }

    HeatMap map = HeatMap.of(windows, 100);

    assertThat(map.cells()).hasSize(100);
    assertThat(map.cells().stream().filter(c -> c.style().equals("d"))).hasSize(1);
    assertThat(map.cells().get(50).title()).contains("1 differs, 9 equal");
    assertThat(map.scale()).isEqualTo("each cell is 10 windows");
  }

  @Test
  void fiftyThousandWindowsAndAHundredThousandDifferencesAreAPageThatABrowserOpens() {
    List<WindowResult> windows = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      windows.add(Pages.window(i, Status.DIFFERS));
      differences.add(Pages.difference(2 * i, windows.get(i).window()));
      differences.add(Pages.difference(2 * i + 1, windows.get(i).window()));
    }

    String html = page(Pages.comparison(Pages.table("public.flights", windows, differences)));

    Html.assertWellFormed(html);
    assertThat(html.length()).isLessThan(1_500_000);
    assertThat(count(html, "<i class=\"d\"")).isLessThan(500);
    assertThat(count(html, "<tr>")).isLessThan(4_100);
    assertThat(html)
        .contains("4,000 differences", "--format json lists them", "delay_minutes 33,333");
  }

  @Test
  void hostileNamesAndKeysAreText() {
    String evil = "<script>alert(1)</script>\"'&amp;{{title}}\u202e";
    Difference difference =
        new Difference(
            Difference.Kind.CHANGED,
            Map.of("k<b>", evil),
            List.of("<img src=x onerror=alert(1)>"),
            Pages.hour(0),
            1);

    String html =
        page(
            Pages.comparison(
                Pages.table(
                    "public." + evil,
                    List.of(Pages.window(0, Status.DIFFERS)),
                    List.of(difference))));

    Html.assertWellFormed(html);
    assertThat(html)
        .doesNotContain("<script", "<img", "<b>")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;{{title}}\u202e</bdi>");
  }

  @Test
  void whatWasNotReadAgainIsSaid() {
    assertThat(page(Pages.mixed()))
        .contains("not read again</span>", "120 windows with 360,000 rows before 2001-01-14");
  }

  @Test
  void noPasswordIsInThePage() {
    assertThat(page(Pages.mixed()))
        .contains("jdbc:postgresql://db1/app?password&#x3D;***", "jdbc:postgresql://db2:5433/app")
        .doesNotContain("hunter2", "hunter3");
  }
}
