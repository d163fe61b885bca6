package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.report.NextStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the databases are found: by a configuration file, or by two URLs. */
final class ConnectionOptions {
  /** How the script that starts the command line was called. */
  private static final String PROGRAM = "RECONCILER_COMMAND";

  private final Map<String, String> environment;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The migration's configuration file.",
      order = 1)
  private @Nullable Path file;

  @Option(
      names = "--source",
      paramLabel = "URL",
      description =
          "Instead of a file: the source's JDBC URL. Credentials from DUALWRITE_SOURCE_USERNAME and _PASSWORD, or in the URL.",
      order = 2)
  private @Nullable String source;

  @Option(
      names = "--target",
      paramLabel = "URL",
      description = "The target's, likewise.",
      order = 3)
  private @Nullable String target;

  ConnectionOptions(Map<String, String> environment) {
    this.environment = environment;
  }

  MigrationConfig config() {
    if (file != null) {
      if (source != null || target != null) {
        throw new IllegalArgumentException(
            "-c FILE and --source/--target exclude each other. Give one or the other.");
      }
      return MigrationConfig.load(file);
    }
    if (source == null || target == null) {
      throw new IllegalArgumentException(
          source == null && target == null
              ? "Which databases? Give -c FILE, or --source URL and --target URL."
              : (source == null ? "--source" : "--target")
                  + " URL is missing: both sides are needed.");
    }
    return MigrationConfig.ofUrls(source, target, environment::get);
  }

  /**
   * The reconciler over the open databases. Two URLs say nothing of the migration's name: it is the
   * one that the source's control schema has.
   */
  Reconciler reconciler(MigrationConfig config, Databases databases) {
    Reconciler reconciler = new Reconciler(config, databases.source(), databases.target());
    return file == null ? reconciler.asRegistered() : reconciler;
  }

  /** What to do next with the same databases. */
  NextStep next() {
    return next(List.of());
  }

  /** The same for a part of them. Passwords are left out. */
  NextStep next(List<String> scope) {
    String program = environment.getOrDefault(PROGRAM, "reconciler");
    List<String> databases =
        file != null
            ? List.of("-c", file.toString())
            : source == null || target == null
                ? List.of("-c", "FILE")
                : List.of(
                    "--source",
                    EndpointConfig.withoutSecrets(source),
                    "--target",
                    EndpointConfig.withoutSecrets(target));
    return new NextStep(program, databases, scope);
  }
}
