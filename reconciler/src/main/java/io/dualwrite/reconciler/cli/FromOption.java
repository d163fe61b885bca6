package io.dualwrite.reconciler.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the part of the time column begins that is looked at. */
final class FromOption {
  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Only rows whose time column is at or after this day or time (UTC unless it says otherwise).",
      order = 11)
  private @Nullable String from;

  /** As it was given. */
  Optional<String> text() {
    return Optional.ofNullable(from);
  }

  /** The option again that says so. */
  List<String> scope() {
    return from == null ? List.of() : List.of("--from", from);
  }
}
