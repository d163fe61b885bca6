package io.dualwrite.reconciler.report.page;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What every page has.
 *
 * @param title of the page
 * @param subtitle when and how long
 * @param verdict what it comes to
 * @param body the page's own part, as HTML
 * @param settings what was asked for
 * @param footer who made it
 * @param refresh after how many seconds a browser is to ask again
 */
record Frame(
    String title,
    String subtitle,
    Verdict verdict,
    String body,
    List<Setting> settings,
    String footer,
    Optional<Integer> refresh) {

  /** A page that stays as it is. */
  Frame(
      String title,
      String subtitle,
      Verdict verdict,
      String body,
      List<Setting> settings,
      String footer) {
    this(title, subtitle, verdict, body, settings, footer, Optional.empty());
  }

  /** What a result comes to, in words that suffice, and the colour that goes with them. */
  record Verdict(Tone tone, String words) {}

  /** A setting and its value. */
  record Setting(String label, String value) {}

  /** Colours. */
  enum Tone {
    GOOD,
    BAD,
    UNKNOWN,
    PLAIN;

    /** The style's class. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean hasSettings() {
    return !settings.isEmpty();
  }

  String html() {
    return Templates.fill("frame", this);
  }
}
