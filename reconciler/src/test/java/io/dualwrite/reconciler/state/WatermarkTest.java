package io.dualwrite.reconciler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Instant LATER = Instant.parse("2026-11-21T12:00:00Z");

  private static String day(int day) {
    return "2026-11-%02dT00:00:00Z".formatted(day);
  }

  /** Days from {@code first} on, one letter each: equal, differs, unknown. */
  private static List<Looked> days(Integer first, String verdicts) {
    List<Looked> days = new ArrayList<>();
    int start = first == null ? 1 : first;
    for (int i = 0; i < verdicts.length(); i++) {
      Verdict verdict =
          switch (verdicts.charAt(i)) {
            case '=' -> Verdict.EQUAL;
            case '!' -> Verdict.DIFFERS;
            default -> Verdict.UNKNOWN;
          };
      Optional<String> from =
          first == null && i == 0 ? Optional.empty() : Optional.of(day(start + i));
      days.add(new Looked(from, Optional.of(day(start + i + 1)), verdict, 10));
    }
    return days;
  }

  private static Optional<Watermark> after(Optional<Watermark> before, List<Looked> ranges) {
    return Watermark.after(
        before, "public.t", "shape", Kind.TIME, ranges, before.isPresent() ? LATER : NOW);
  }

  private static Optional<Watermark> after(List<Looked> ranges) {
    return after(Optional.empty(), ranges);
  }

  @Test
  void reachesToTheEndOfTheEqualWindowsFromTheBeginning() {
    Watermark watermark = after(days(null, "===?=")).orElseThrow();

    assertThat(watermark.upTo()).hasValue(day(4));
    assertThat(watermark.windows()).hasValue(3);
    assertThat(watermark.rows()).hasValue(30);
  }

  @Test
  void nothingIsVerifiedByAPartFurtherOn() {
    assertThat(after(days(3, "=="))).isEmpty();
    assertThat(after(days(null, "!=="))).isEmpty();
    assertThat(after(days(null, "?=="))).isEmpty();
    assertThat(after(List.of())).isEmpty();
  }

  @Test
  void aPartThatMeetsItMovesItOn() {
    Optional<Watermark> before = after(days(null, "==="));

    Watermark meets = after(before, days(4, "==")).orElseThrow();
    Watermark overlaps = after(before, days(2, "====")).orElseThrow();
    Watermark apart = after(before, days(5, "==")).orElseThrow();

    assertThat(meets.upTo()).hasValue(day(6));
    assertThat(meets.rows()).hasValue(50);
    assertThat(meets.firstAt()).isEqualTo(NOW);
    assertThat(meets.lastAt()).isEqualTo(LATER);
    assertThat(overlaps.upTo()).hasValue(day(6));
    assertThat(apart.upTo()).hasValue(day(4));
  }

  @Test
  void aDifferenceBelowLowersIt() {
    Optional<Watermark> before = after(days(null, "====="));

    assertThat(after(before, days(3, "!")).orElseThrow().upTo()).hasValue(day(3));
    assertThat(after(before, days(3, "!")).orElseThrow().rows()).isEmpty();
    assertThat(after(before, days(2, "=!=")).orElseThrow().upTo()).hasValue(day(3));
    assertThat(after(before, days(6, "!")).orElseThrow().upTo()).hasValue(day(6));
    assertThat(after(before, days(null, "!===="))).isEmpty();
  }

  @Test
  void whatCouldNotBeLookedAtLeavesIt() {
    Optional<Watermark> before = after(days(null, "====="));

    assertThat(after(before, days(null, "==?==")).orElseThrow().upTo()).hasValue(day(6));
    assertThat(after(before, days(null, "==?==")).orElseThrow().firstAt()).isEqualTo(NOW);
  }

  @Test
  void aWholeLookIsTheNewBeginning() {
    Optional<Watermark> before = after(days(null, "==="));

    Watermark again = after(before, days(null, "====")).orElseThrow();

    assertThat(again.firstAt()).isEqualTo(LATER);
    assertThat(again.rows()).isEqualTo(OptionalLong.of(40));
  }

  @Test
  void anotherShapeStartsAnew() {
    Optional<Watermark> before = after(days(null, "==="));

    assertThat(Watermark.after(before, "public.t", "other", Kind.TIME, days(4, "="), LATER))
        .isEmpty();
  }

  @Test
  void keysAreComparedAsNumbers() {
    List<Looked> first =
        List.of(
            new Looked(Optional.empty(), Optional.of("900"), Verdict.EQUAL, 1),
            new Looked(Optional.of("900"), Optional.of("10000"), Verdict.EQUAL, 1),
            new Looked(Optional.of("10000"), Optional.empty(), Verdict.UNKNOWN, 1));
    Optional<Watermark> before =
        Watermark.after(Optional.empty(), "public.t", "shape", Kind.KEY, first, NOW);
    assertThat(before.orElseThrow().upTo()).hasValue("10000");

    Looked below = new Looked(Optional.of("900"), Optional.of("10000"), Verdict.DIFFERS, 1);
    assertThat(
            Watermark.after(before, "public.t", "shape", Kind.KEY, List.of(below), LATER)
                .orElseThrow()
                .upTo())
        .hasValue("900");
  }

  @Test
  void aWholeTableHasNoEnd() {
    List<Looked> whole = List.of(new Looked(Optional.empty(), Optional.empty(), Verdict.EQUAL, 7));
    Optional<Watermark> all =
        Watermark.after(Optional.empty(), "public.t", "shape", Kind.ALL, whole, NOW);
    assertThat(all.orElseThrow().upTo()).isEmpty();
    assertThat(all.orElseThrow().rows()).hasValue(7);

    List<Looked> differs =
        List.of(new Looked(Optional.empty(), Optional.empty(), Verdict.DIFFERS, 7));
    assertThat(Watermark.after(all, "public.t", "shape", Kind.ALL, differs, LATER)).isEmpty();
  }
}
