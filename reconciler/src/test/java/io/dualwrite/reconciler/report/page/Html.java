package io.dualwrite.reconciler.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at a page's elements without a browser. */
final class Html {
  private static final Pattern TAG =
      Pattern.compile("<(/?)([a-z][a-z0-9]*)([^<>]*)>|<!DOCTYPE html>|<(?!!)");
  private static final Set<String> VOID = Set.of("meta", "br", "hr", "link", "input");

  private Html() {}

  /** Fails unless every element is closed, in its place, and no id is there twice. */
  static void assertWellFormed(String html) {
    String visible =
        html.replaceAll("(?s)<style>.*?</style>", "<style></style>")
            .replaceAll("(?s)<script>.*?</script>", "<script></script>");
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(visible);
    while (tag.find()) {
      String name = tag.group(2);
      if (name == null) {
        assertThat(tag.group()).as("at " + tag.start()).isEqualTo("<!DOCTYPE html>");
      } else if (!tag.group(1).isEmpty()) {
        assertThat(open.poll()).as("closed at " + tag.start()).isEqualTo(name);
      } else if (!VOID.contains(name)) {
        open.push(name);
      }
    }
    assertThat(open).as("never closed").isEmpty();
    assertThat(Pattern.compile(" id=\"([^\"]*)\"").matcher(visible).results().map(r -> r.group(1)))
        .doesNotHaveDuplicates();
    assertThat(visible).contains("<html lang=\"en\">", "name=\"viewport\"", "<title>", "<h1>");
  }
}
