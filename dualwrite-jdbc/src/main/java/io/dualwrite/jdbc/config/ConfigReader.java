package io.dualwrite.jdbc.config;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Phase;
import io.dualwrite.SecondarySettings;
import io.dualwrite.Side;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** From the file's keys to the typed configuration. */
final class ConfigReader {
  private ConfigReader() {}

  /**
   * The configuration in a text.
   *
   * @param settings by dotted path, which go before what the text says
   */
  static MigrationConfig read(
      String yaml, String name, Variables variables, Map<String, String> settings) {
    Problems problems = new Problems(name);
    YamlNode.Mapping file = YamlReader.read(yaml, variables, problems);
    Settings.put(file, settings);
    Map<String, Integer> lines = new HashMap<>();
    MigrationConfig config;
    try (Section top = Section.top(file, problems, lines)) {
      config = read(top, new Origin(name, lines));
    }
    problems.throwIfAny();
    return config.toBuilder().origin(new Origin(name, lines)).build();
  }

  private static MigrationConfig read(Section top, Origin origin) {
    Optional<String> migration =
        top.required("migration", "metrics-to-timescale, a name for this migration")
            .filter(name -> top.accepted("migration", () -> MigrationConfig.builder(name).build()));
    MigrationConfig.Builder builder =
        MigrationConfig.builder(migration.orElse("unknown")).origin(origin);
    endpoint(top, Side.SOURCE).ifPresent(builder::source);
    endpoint(top, Side.TARGET).ifPresent(builder::target);
    top.choice("phase", Phase.class).ifPresent(builder::phase);
    top.choice("failure-policy", FailurePolicy.class).ifPresent(builder::failurePolicy);
    top.choice("delivery", Delivery.class).ifPresent(builder::delivery);
    builder.deliveryLanes(top.integer("delivery-lanes", 1, MigrationConfig::checkDeliveryLanes));
    top.choice("capture", CaptureMode.class).ifPresent(builder::capture);
    top.choice("unmirrored", UnmirroredPolicy.class).ifPresent(builder::unmirrored);
    builder.tables(tables(top));
    builder.secondary(secondary(top));
    builder.killSwitch(killSwitch(top));
    builder.shadowReads(shadowReads(top));
    builder.control(control(top));
    builder.shutdown(shutdown(top));
    builder.throttle(throttle(top));
    builder.journal(journal(top));
    builder.reconciler(reconciler(top));
    return builder.build();
  }

  private static Optional<EndpointConfig> endpoint(Section top, Side side) {
    boolean present = top.has(side.label());
    try (Section section = top.section(side.label())) {
      if (!present) {
        top.required(
            side.label(),
            "{url: \"jdbc:postgresql://host/database\", username: app, password: \"${PASSWORD}\"}");
      }
      Optional<String> url =
          (present
                  ? section.required("url", "jdbc:postgresql://host/database")
                  : Optional.<String>empty())
              .filter(u -> section.accepted("url", () -> EndpointConfig.of(u)));
      Optional<String> username = section.text("username");
      Optional<String> password = section.text("password");
      Map<String, String> pool = PoolSettings.read(section);
      return url.map(u -> new EndpointConfig(u, username, password, pool));
    }
  }

  private static TablesConfig tables(Section top) {
    TablesConfig all = TablesConfig.ALL;
    try (Section section = top.section("tables")) {
      List<String> include = globs(section, "include", all.include());
      List<String> exclude = globs(section, "exclude", all.exclude());
      Map<String, TableOverride> overrides = new LinkedHashMap<>();
      Section named = section.section("overrides");
      for (String table : named.names()) {
        try (Section override = named.section(table)) {
          if (named.accepted(
              table,
              () ->
                  new TablesConfig(all.include(), List.of(), Map.of(table, TableOverride.NONE)))) {
            overrides.put(table, override(override));
          }
        }
      }
      return new TablesConfig(include, exclude, overrides);
    }
  }

  private static List<String> globs(Section section, String key, List<String> otherwise) {
    List<String> globs = section.texts(key, "[\"public.*\"]");
    boolean fit =
        globs.isEmpty()
            || section.accepted(
                key,
                () ->
                    new TablesConfig(
                        key.equals("include") ? globs : otherwise(otherwise),
                        key.equals("exclude") ? globs : List.of(),
                        Map.of()));
    return globs.isEmpty() || !fit ? otherwise : globs;
  }

  private static List<String> otherwise(List<String> globs) {
    return globs.isEmpty() ? TablesConfig.ALL.include() : globs;
  }

  private static TableOverride override(Section section) {
    TableOverride.Builder builder = TableOverride.builder();
    section
        .text("target")
        .filter(
            name -> section.accepted("target", () -> TableOverride.builder().target(name).build()))
        .ifPresent(builder::target);
    builder.key(section.texts("key", "[device_id, ts]").toArray(String[]::new));
    section.text("time-column").ifPresent(builder::timeColumn);
    builder.columns(section.textMap("columns", "{source_name: target_name}"));
    List<String> ignored = section.texts("ignore-columns", "[loaded_at]");
    builder.ignoreColumns(Set.copyOf(ignored).toArray(String[]::new));
    builder.tolerances(tolerances(section));
    builder.appendOnly(section.flag("append-only"));
    section
        .text("keyless")
        .ifPresent(
            value -> {
              if (!value.equals("ranges")) {
                section.problem("keyless", "must be ranges, was " + value + ".");
              }
              builder.keylessRanges(true);
            });
    section.choice("failure-policy", FailurePolicy.class).ifPresent(builder::failurePolicy);
    return builder.build();
  }

  private static Map<String, Tolerance> tolerances(Section override) {
    Map<String, Tolerance> tolerances = new LinkedHashMap<>();
    try (Section section = override.section("tolerances")) {
      for (String column : section.names()) {
        section
            .text(column)
            .ifPresent(
                text -> {
                  try {
                    tolerances.put(column, Tolerance.parse(text));
                  } catch (IllegalArgumentException refused) {
                    section.problem(column, refused.getMessage() + ".");
                  }
                });
      }
    }
    return tolerances;
  }

  private static SecondarySettings secondary(Section top) {
    SecondarySettings d = SecondarySettings.defaults();
    try (Section section = top.section("secondary")) {
      var timeout =
          section.duration(
              "timeout", d.timeout(), t -> MigrationConfig.checkSecondary(d.withTimeout(t)));
      return new SecondarySettings(timeout, breaker(section, d.circuitBreaker()));
    }
  }

  private static CircuitBreakerSettings breaker(Section secondary, CircuitBreakerSettings d) {
    try (Section section = secondary.section("circuit-breaker")) {
      return new CircuitBreakerSettings(
          section.number(
              "failure-rate-threshold",
              d.failureRateThreshold(),
              n ->
                  new CircuitBreakerSettings(
                      n, d.slidingWindowSize(), d.waitDurationInOpenState())),
          section.integer(
              "sliding-window-size",
              d.slidingWindowSize(),
              n ->
                  new CircuitBreakerSettings(
                      d.failureRateThreshold(), n, d.waitDurationInOpenState())),
          section.duration(
              "wait-duration-in-open-state",
              d.waitDurationInOpenState(),
              w -> new CircuitBreakerSettings(d.failureRateThreshold(), d.slidingWindowSize(), w)));
    }
  }

  private static KillSwitchConfig killSwitch(Section top) {
    KillSwitchConfig d = KillSwitchConfig.DEFAULT;
    try (Section section = top.section("kill-switch")) {
      Optional<Path> file = section.text("file").flatMap(text -> path(section, "file", text));
      return new KillSwitchConfig(
          file,
          section.text("property"),
          section.text("environment-variable"),
          section.text("flag"),
          section.duration(
              "poll-interval", d.pollInterval(), i -> new KillSwitchConfig(d.file(), i)));
    }
  }

  private static Optional<Path> path(Section section, String key, String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException notAPath) {
      section.problem(key, "must be the path of a file, was " + text + ".");
      return Optional.empty();
    }
  }

  private static ShadowReadsConfig shadowReads(Section top) {
    try (Section section = top.section("shadow-reads")) {
      return new ShadowReadsConfig(section.number("sample-rate", 0, ShadowReadsConfig::new));
    }
  }

  private static ControlConfig control(Section top) {
    ControlConfig d = ControlConfig.DEFAULT;
    try (Section section = top.section("control")) {
      return new ControlConfig(
          section.duration(
              "unreachable-after",
              d.unreachableAfter(),
              u -> new ControlConfig(u, d.whenUnreachable())),
          section
              .choice("when-unreachable", ControlConfig.WhenUnreachable.class)
              .orElse(d.whenUnreachable()));
    }
  }

  private static ShutdownConfig shutdown(Section top) {
    try (Section section = top.section("shutdown")) {
      return new ShutdownConfig(
          section.duration(
              "drain-timeout", ShutdownConfig.DEFAULT.drainTimeout(), ShutdownConfig::new));
    }
  }

  private static ThrottleConfig throttle(Section top) {
    try (Section section = top.section("throttle")) {
      return section
          .text("primary-latency")
          .filter(text -> section.accepted("primary-latency", () -> ThrottleConfig.parse(text)))
          .map(ThrottleConfig::parse)
          .orElse(ThrottleConfig.AUTO);
    }
  }

  private static JournalConfig journal(Section top) {
    try (Section section = top.section("journal")) {
      return section
          .text("schema")
          .filter(name -> section.accepted("schema", () -> new JournalConfig(name)))
          .map(JournalConfig::new)
          .orElse(JournalConfig.DEFAULT);
    }
  }

  private static ReconcilerConfig reconciler(Section top) {
    ReconcilerConfig d = ReconcilerConfig.DEFAULT;
    try (Section section = top.section("reconciler")) {
      return new ReconcilerConfig(
          section.duration(
              "window", d.window(), w -> new ReconcilerConfig(w, d.parallelism(), d.lateness())),
          section.integer(
              "parallelism",
              d.parallelism(),
              n -> new ReconcilerConfig(d.window(), n, d.lateness())),
          section.duration(
              "lateness", d.lateness(), l -> new ReconcilerConfig(d.window(), d.parallelism(), l)),
          load(section));
    }
  }

  private static LoadConfig load(Section reconciler) {
    try (Section section = reconciler.section("load")) {
      int rows = section.integer("max-rows-per-second", 0, LoadConfig::rows);
      return new LoadConfig(
          rows == 0 ? OptionalLong.empty() : OptionalLong.of(rows),
          optional(section, "max-latency", LoadConfig::latency),
          optional(section, "max-replication-lag", LoadConfig::lag),
          section.text("pause-file").flatMap(text -> path(section, "pause-file", text)),
          optional(section, "statement-timeout", LoadConfig::timeout));
    }
  }

  private static Optional<Duration> optional(
      Section section, String key, Consumer<Duration> check) {
    Duration none = Duration.ZERO;
    return Optional.of(section.duration(key, none, check)).filter(d -> !d.equals(none));
  }
}
