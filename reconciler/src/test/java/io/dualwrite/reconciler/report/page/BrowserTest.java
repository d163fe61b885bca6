package io.dualwrite.reconciler.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages in a real browser; where there is no Chromium, nothing is checked. */
class BrowserTest {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  @TempDir static Path directory;
  private static Optional<Path> chromium = Optional.empty();

  @BeforeAll
  static void find() {
    chromium =
        Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
            .flatMap(d -> NAMES.stream().map(n -> Path.of(d, n)))
            .filter(Files::isExecutable)
            .findFirst();
  }

  /** The page as the browser has understood it. */
  private static String dom(String html) throws IOException, InterruptedException {
    assumeTrue(chromium.isPresent(), "no Chromium");
    Path page = Files.writeString(directory.resolve("page.html"), html);
    Path out = directory.resolve("dom.html");
    List<String> command = new ArrayList<>(List.of(chromium.get().toString()));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--user-data-dir=" + directory.resolve("profile"),
            "--dump-dom",
            page.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("the browser has ended").isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  @Test
  void aBrowserReadsThePageAsItWasWritten() throws Exception {
    String dom = dom(ComparisonPage.of(Pages.mixed(), Pages.settings(), Optional.empty()));

    Html.assertWellFormed(dom.substring(dom.indexOf("<!DOCTYPE html>")));
    assertThat(dom).contains("Not in sync. 1 of 3 tables cannot be compared.");
    assertThat(dom.split("<i class=\"d\" title=", -1)).hasSizeGreaterThan(5);
  }
}
