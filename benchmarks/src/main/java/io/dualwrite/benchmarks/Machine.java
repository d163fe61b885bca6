package io.dualwrite.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What the figures were measured on, to be printed with them.
 *
 * @param at when
 * @param load runnable threads of the whole machine, averaged over the last minute; negative if
 *     unknown
 */
public record Machine(Instant at, double load) {

  /** This machine as it is now. */
  public static Machine now() {
    return new Machine(
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** One line. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%s · %d cores (%s) · load %.1f · %s %s · JDK %s",
        at,
        Runtime.getRuntime().availableProcessors(),
        processor(),
        load,
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.version());
  }

  private static String processor() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "unknown";
    }
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
