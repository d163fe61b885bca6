package io.dualwrite.jdbc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Phase;
import io.dualwrite.SecondarySettings;
import io.dualwrite.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationConfigTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("SOURCE_PASSWORD", "s3cret", "TARGET_PASSWORD", "${geheim}", "EMPTY", "");
  private static final String MINIMAL =
      """
      migration: m
      source: {url: "jdbc:postgresql://a/x"}
      target: {url: "jdbc:postgresql://b/x"}
      """;

  private static MigrationConfig parse(String yaml) {
    return MigrationConfig.parse(yaml, "dualwrite.yaml", ENVIRONMENT::get);
  }

  private static List<String> problems(String yaml) {
    return catchThrowableOfType(ConfigurationException.class, () -> parse(yaml)).problems();
  }

  /** What is wrong with lines added to a file that is right; the first is line 4. */
  private static String problem(String lines) {
    List<String> problems = problems(MINIMAL + lines);
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  @Test
  void theContractsFileIsReadWhole() throws IOException {
    try (var file = MigrationConfigTest.class.getResourceAsStream("/config/contract.yaml")) {
      assertThat(parse(new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)))
          .usingRecursiveComparison()
          .ignoringFields("origin")
          .isEqualTo(
              MigrationConfig.builder("metrics-to-timescale")
                  .source(EndpointConfig.of("jdbc:postgresql://db1/app", "app", "s3cret"))
                  .target(
                      new EndpointConfig(
                          "jdbc:postgresql://db2/app",
                          Optional.of("app"),
                          Optional.of("${geheim}"),
                          Map.of("maximumPoolSize", "20")))
                  .phase(Phase.SOURCE_PRIMARY)
                  .failurePolicy(FailurePolicy.RECOVER)
                  .delivery(Delivery.ASYNC)
                  .capture(CaptureMode.STATEMENT)
                  .unmirrored(UnmirroredPolicy.WARN)
                  .tables(
                      new TablesConfig(
                          List.of("public.*"),
                          List.of("public.audit_*"),
                          Map.of(
                              "public.metrics",
                              TableOverride.builder()
                                  .target("ts.metrics")
                                  .key("device_id", "ts")
                                  .timeColumn("ts")
                                  .columns(Map.of("dev", "device_id"))
                                  .ignoreColumns("loaded_at")
                                  .appendOnly(true)
                                  .failurePolicy(FailurePolicy.STRICT)
                                  .build())))
                  .secondary(
                      new SecondarySettings(
                          Duration.ofSeconds(2),
                          new CircuitBreakerSettings(50, 100, Duration.ofSeconds(10))))
                  .killSwitch(
                      new KillSwitchConfig(
                          Optional.of(Path.of("/run/app/dualwrite.off")), Duration.ofMillis(500)))
                  .shadowReads(new ShadowReadsConfig(0.01))
                  .journal(new JournalConfig("dualwrite"))
                  .reconciler(new ReconcilerConfig(Duration.ofHours(1), 4, Duration.ofMinutes(5)))
                  .build());
    }
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    assertThat(parse(MINIMAL))
        .usingRecursiveComparison()
        .ignoringFields("origin")
        .isEqualTo(
            MigrationConfig.builder("m")
                .source(EndpointConfig.of("jdbc:postgresql://a/x"))
                .target(EndpointConfig.of("jdbc:postgresql://b/x"))
                .build());
    assertThat(
            parse(
                    MINIMAL
                        + "tables:\nsecondary: {}\npassword-free: x\n"
                            .replace("password-free: x\n", ""))
                .tables())
        .isEqualTo(TablesConfig.ALL);
  }

  @Test
  void passwordsAreNeverShown() {
    MigrationConfig config =
        parse(
            """
            migration: m
            source: {url: "jdbc:postgresql://a/x?user=u&password=p4ss&sslpassword=p5ss", username: app, password: "${SOURCE_PASSWORD}"}
            target: {url: "jdbc:postgresql://b/x", password: "${TARGET_PASSWORD}", pool: {connectionInitSql: "SET x.token = 'p6ss'"}}
            """);
    assertThat(config.toString())
        .contains("jdbc:postgresql://a/x?user=u&password=***&sslpassword=*** as app")
        .doesNotContain("p4ss", "p5ss", "p6ss", "s3cret", "geheim");
    assertThat(config.endpoint(Side.SOURCE).orElseThrow().password()).contains("s3cret");
    assertThatThrownBy(() -> EndpointConfig.of("jdbc:mysql://u:p4ss@a/x?password=p5ss"))
        .hasMessage(
            "url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was"
                + " jdbc:mysql://u:***@a/x?password=***");
  }

  @Test
  void variablesComeFromTheEnvironment() {
    assertThat(parse(MINIMAL + "journal: {schema: \"${NAME:dw}_${EMPTY}x\"}").journal().schema())
        .isEqualTo("dw_x");
    assertThat(parse(MINIMAL + "kill-switch: {file: \"/a$${b}\"}").killSwitch().file())
        .contains(Path.of("/a${b}"));
    assertThat(problem("journal: {schema: \"${NAME}\"}"))
        .isEqualTo(
            "dualwrite.yaml line 4: journal.schema: the environment variable NAME is not set. Set it, or give a default: ${NAME:...}.");
    assertThat(problem("journal: {schema: \"${NAME\"}"))
        .isEqualTo(
            "dualwrite.yaml line 4: journal.schema: ${ without a closing }. Write $${ for the characters themselves.");
    assertThat(problem("journal: {schema: \"${1:x}\"}"))
        .isEqualTo(
            "dualwrite.yaml line 4: journal.schema: ${...} must hold the name of an environment variable, as in ${NAME} or ${NAME:default}.");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(problems(""))
        .containsExactly(
            "dualwrite.yaml: migration is missing, such as metrics-to-timescale, a name for this migration.",
            "dualwrite.yaml: source is missing, such as {url: \"jdbc:postgresql://host/database\", username: app, password: \"${PASSWORD}\"}.",
            "dualwrite.yaml: target is missing, such as {url: \"jdbc:postgresql://host/database\", username: app, password: \"${PASSWORD}\"}.");
    assertThat(problems("migration: m\nsource: {username: x}\ntarget:\n"))
        .containsExactly(
            "dualwrite.yaml line 2: source.url is missing, such as jdbc:postgresql://host/database.",
            "dualwrite.yaml line 3: target.url is missing, such as jdbc:postgresql://host/database.");
  }

  @Test
  void everySourceOfTheKillSwitchHasAKey() {
    assertThat(
            parse(
                    MINIMAL
                        + "kill-switch: {file: /off, property: app.off, environment-variable: APP_OFF, flag: no-dual, poll-interval: 100ms}")
                .killSwitch())
        .isEqualTo(
            new KillSwitchConfig(
                Optional.of(Path.of("/off")),
                Optional.of("app.off"),
                Optional.of("APP_OFF"),
                Optional.of("no-dual"),
                Duration.ofMillis(100)));
    assertThat(
            parse(MINIMAL + "control: {unreachable-after: 3s, when-unreachable: PASS_THROUGH}")
                .control())
        .isEqualTo(
            new ControlConfig(Duration.ofSeconds(3), ControlConfig.WhenUnreachable.PASS_THROUGH));
    assertThat(parse(MINIMAL + "shutdown: {drain-timeout: 0s}").shutdown().drainTimeout()).isZero();
    assertThat(parse(MINIMAL).throttle()).isEqualTo(ThrottleConfig.AUTO);
    assertThat(parse(MINIMAL + "throttle: {primary-latency: auto}").throttle())
        .isEqualTo(ThrottleConfig.AUTO);
    assertThat(parse(MINIMAL + "throttle: {primary-latency: off}").throttle())
        .isEqualTo(ThrottleConfig.OFF);
    assertThat(parse(MINIMAL + "throttle: {primary-latency: 30ms}").throttle())
        .isEqualTo(new ThrottleConfig(true, Optional.of(Duration.ofMillis(30))));
  }

  @Test
  void unknownKeysAreNamedWithWhatIsAllowed() {
    assertThat(problem("failure_policy: STRICT"))
        .isEqualTo(
            "dualwrite.yaml line 4: unknown key failure_policy. Did you mean failure-policy? Allowed here: migration, source, target,"
                + " phase, failure-policy, delivery, delivery-lanes, capture, unmirrored, tables, secondary, kill-switch, shadow-reads, control, shutdown, throttle, journal,"
                + " reconciler.");
    assertThat(problem("reconciler:\n  window: 1h\n  treads: 3"))
        .isEqualTo(
            "dualwrite.yaml line 6: unknown key reconciler.treads. Allowed here: window, parallelism, lateness.");
    assertThat(problem("tables:\n  overrides:\n    public.t:\n      timecolumn: x"))
        .startsWith(
            "dualwrite.yaml line 7: unknown key tables.overrides.public.t.timecolumn. Did you mean time-column? Allowed here: target, key,");
  }

  @Test
  void duplicateKeysAreNamedWithBothLines() {
    assertThat(problem("phase: SOURCE_ONLY\ndelivery: SYNC\nphase: SOURCE_PRIMARY"))
        .isEqualTo("dualwrite.yaml line 6: phase is there twice, first in line 4.");
  }

  @Test
  void wrongTypesAreNamed() {
    assertThat(problem("tables: all"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables must be a mapping of keys to values, was a single value.");
    assertThat(problem("tables: {include: public.*}"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables.include must be a list of texts, such as [\"public.*\"].");
    assertThat(problem("tables: {include: [[a]]}"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables.include must be a list of texts, such as [\"public.*\"].");
    assertThat(problem("tables: {overrides: {public.t: {columns: [a]}}}"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables.overrides.public.t.columns must be a mapping of texts, such as {source_name: target_name}.");
    assertThat(problem("tables: {overrides: {public.t: {append-only: maybe}}}"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables.overrides.public.t.append-only must be true or false, was maybe.");
    assertThat(problem("tables: {overrides: {public.t: {keyless: whole}}}"))
        .isEqualTo(
            "dualwrite.yaml line 4: tables.overrides.public.t.keyless must be ranges, was whole.");
    assertThat(problem("phase: [SOURCE_ONLY]"))
        .isEqualTo("dualwrite.yaml line 4: phase must be a text, was a list.");
    assertThat(problem("reconciler: {parallelism: many}"))
        .isEqualTo(
            "dualwrite.yaml line 4: reconciler.parallelism must be a whole number, was many.");
    assertThat(problem("shadow-reads: {sample-rate: often}"))
        .isEqualTo("dualwrite.yaml line 4: shadow-reads.sample-rate must be a number, was often.");
    assertThat(problem("phase: SOURCE_PRIMRY"))
        .isEqualTo(
            "dualwrite.yaml line 4: phase must be one of SOURCE_ONLY, SOURCE_PRIMARY, TARGET_PRIMARY, TARGET_ONLY, was SOURCE_PRIMRY. Did"
                + " you mean SOURCE_PRIMARY?");
  }

  @Test
  void tolerancesAreReadOrRefusedWithTheirLine() {
    String table = "tables: {overrides: {public.t: {tolerances: {v: '%s'}}}}";
    for (String good : List.of("1e-9", "0.01%", "1ms", "trailing-blanks")) {
      assertThat(
              parse(MINIMAL + table.formatted(good))
                  .tables()
                  .overrides()
                  .get("public.t")
                  .tolerances())
          .containsOnly(Map.entry("v", Tolerance.parse(good)));
    }
    Map.of(
            "near",
            "must be a number such as 1e-9, a share such as 0.01%, a time such as 1ms, or trailing-blanks, was near.",
            "0",
            "must be more than 0, was 0.",
            "-1",
            "must be more than 0, was -1.",
            "200%",
            "must be between 1e-10% and 100%, was 200%.")
        .forEach(
            (bad, problem) ->
                assertThat(problem(table.formatted(bad)))
                    .isEqualTo(
                        "dualwrite.yaml line 4: tables.overrides.public.t.tolerances.v "
                            + problem));
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    Map.ofEntries(
            Map.entry(
                "reconciler: {parallelism: 0}",
                "reconciler.parallelism must be between 1 and 64, was 0."),
            Map.entry(
                "reconciler: {window: 0s}", "reconciler.window must be longer than zero, was 0ms."),
            Map.entry(
                "reconciler: {lateness: PT-5S}",
                "reconciler.lateness must not be negative, was -5s."),
            Map.entry(
                "secondary: {timeout: 10ms}",
                "secondary.timeout must be between 250ms and 1h, was 10ms."),
            Map.entry(
                "secondary: {timeout: soon}",
                "secondary.timeout must be a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M, was soon."),
            Map.entry(
                "secondary: {circuit-breaker: {failure-rate-threshold: 101}}",
                "secondary.circuit-breaker.failure-rate-threshold must be above 0 and at most 100, was 101."),
            Map.entry(
                "secondary: {circuit-breaker: {sliding-window-size: 0}}",
                "secondary.circuit-breaker.sliding-window-size must be between 1 and 100000, was 0."),
            Map.entry(
                "secondary: {circuit-breaker: {wait-duration-in-open-state: 0s}}",
                "secondary.circuit-breaker.wait-duration-in-open-state must be longer than zero, was 0ms."),
            Map.entry(
                "kill-switch: {poll-interval: 2s}",
                "kill-switch.poll-interval must be between 10ms and 500ms, was 2s."),
            Map.entry(
                "control: {unreachable-after: 100ms}",
                "control.unreachable-after must be between 1s and 1h, was 100ms."),
            Map.entry(
                "control: {when-unreachable: GIVE_UP}",
                "control.when-unreachable must be one of KEEP_GOING, PASS_THROUGH, was GIVE_UP."),
            Map.entry(
                "throttle: {primary-latency: 2m}",
                "throttle.primary-latency must be auto, off or between 1ms and 1m, was 2m."),
            Map.entry(
                "throttle: {primary-latency: soon}",
                "throttle.primary-latency must be auto, off or a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M, was soon."),
            Map.entry(
                "shutdown: {drain-timeout: 2h}",
                "shutdown.drain-timeout must be between 0ms and 1h, was 2h."),
            Map.entry(
                "shadow-reads: {sample-rate: 1.5}",
                "shadow-reads.sample-rate must be between 0 and 1, was 1.5."),
            Map.entry(
                "journal: {schema: pg_dw}",
                "journal.schema must be a schema name of 1 to 63 bytes that does not start with pg_, was pg_dw."),
            Map.entry(
                "tables: {include: [orders]}",
                "tables.include must be written schema.name, such as public.orders, was orders."),
            Map.entry(
                "tables: {exclude: [orders]}",
                "tables.exclude must be written schema.name, such as public.orders, was orders."),
            Map.entry(
                "tables: {overrides: {orders: {}}}",
                "tables.overrides: a table must be written schema.name, such as public.orders, was orders."),
            Map.entry(
                "tables: {overrides: {public.t: {target: t}}}",
                "tables.overrides.public.t.target must be written schema.name, such as public.orders, was t."))
        .forEach(
            (lines, problem) ->
                assertThat(problem(lines)).isEqualTo("dualwrite.yaml line 4: " + problem));
    assertThat(problems(MINIMAL.replace("migration: m", "migration: \" \"")))
        .containsExactly(
            "dualwrite.yaml line 1: migration must be a name of 1 to 100 characters, was  .");
    assertThat(problems(MINIMAL.replace("jdbc:postgresql://a/x", "jdbc:mysql://a/x?password=p4ss")))
        .containsExactly(
            "dualwrite.yaml line 2: source.url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was"
                + " jdbc:mysql://a/x?password=***.");
  }

  @Test
  void poolSettingsAreHikariCPs() {
    String target =
        "migration: m\nsource: {url: \"jdbc:postgresql://a/x\"}\ntarget:\n  url: jdbc:postgresql://b/x\n  pool:\n";
    assertThat(
            parse(target + "    minimumIdle: 2\n    keepaliveTime: 60000\n")
                .target()
                .orElseThrow()
                .pool())
        .isEqualTo(Map.of("minimumIdle", "2", "keepaliveTime", "60000"));
    assertThat(problems(target + "    maxPoolSize: 2"))
        .singleElement()
        .asString()
        .startsWith(
            "dualwrite.yaml line 6: target.pool.maxPoolSize is not a setting of HikariCP that can be given here. Did you mean"
                + " maximumPoolSize? Allowed: allowPoolSuspension, autoCommit,")
        .doesNotContain("jdbcUrl", "metricRegistry");
    assertThat(problems(target + "    maximumPoolSize: 0"))
        .containsExactly(
            "dualwrite.yaml line 6: target.pool.maximumPoolSize is refused by HikariCP: maxPoolSize cannot be less than 1, was 0.");
    assertThat(problems(target + "    maximumPoolSize: lots"))
        .containsExactly(
            "dualwrite.yaml line 6: target.pool.maximumPoolSize must be a number, was lots.");
    assertThat(problems(target + "    password: p4ss"))
        .singleElement()
        .asString()
        .startsWith("dualwrite.yaml line 6: target.pool.password is not a setting")
        .doesNotContain("p4ss");
  }

  @Test
  void allProblemsAreToldAtOnceInTheFilesOrder() {
    assertThat(
            problems(
                """
                source: {url: "jdbc:postgresql://a/x", pool: {nope: 1}}
                phase: NEVER
                tables:
                  include: [x]
                  overrides: {public.t: {keyy: [a]}}
                secondary: {timeout: never, circuit-breaker: 3}
                """))
        .hasSize(8)
        .extracting(p -> p.replaceAll(":.*", ""))
        .containsExactly(
            "dualwrite.yaml",
            "dualwrite.yaml",
            "dualwrite.yaml line 1",
            "dualwrite.yaml line 2",
            "dualwrite.yaml line 4",
            "dualwrite.yaml line 5",
            "dualwrite.yaml line 6",
            "dualwrite.yaml line 6");
  }

  @Test
  void textThatIsNoYamlNamesItsLineAndShowsNothingOfIt() {
    assertThat(problems("migration: m\nsource: {password: p4ss\ntarget: [\n"))
        .singleElement()
        .asString()
        .matches("dualwrite.yaml line [34]: not valid YAML: .*")
        .doesNotContain("p4ss");
    assertThat(problems("- a\n- b"))
        .containsExactly(
            "dualwrite.yaml line 1: the file must be a mapping of keys to values, was a list.");
    assertThat(problems(MINIMAL + "---\nmigration: n\n"))
        .containsExactly("dualwrite.yaml line 5: a second document; there may be one only.");
    assertThat(problems(MINIMAL + "phase: &p SOURCE_ONLY\nunmirrored: *p\n"))
        .containsExactly("dualwrite.yaml line 5: unmirrored is an alias (*); write its value out.");
  }

  @Test
  void filesAndResourcesAreFoundOrNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("app.yaml"), MINIMAL);
    assertThat(MigrationConfig.load(file).migration()).isEqualTo("m");
    assertThat(MigrationConfig.load(file.toString()).origin().at("migration"))
        .isEqualTo("app.yaml line 1: migration");
    assertThatThrownBy(() -> MigrationConfig.load(directory.resolve("none.yaml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("no configuration file " + directory.resolve("none.yaml"));
    assertThatThrownBy(() -> MigrationConfig.load(directory))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(directory + " is a directory, not a configuration file");
    Files.write(file, new byte[] {(byte) 0xff, 0x20});
    assertThatThrownBy(() -> MigrationConfig.load(file))
        .hasMessage("app.yaml: not a text in UTF-8");
    assertThat(MigrationConfig.load("classpath:config/minimal.yaml").origin().name())
        .isEqualTo("classpath:config/minimal.yaml");
    assertThat(MigrationConfig.load("classpath:/config/minimal.yaml").migration())
        .isEqualTo("of-class-path");
    assertThatThrownBy(() -> MigrationConfig.load("classpath:none.yaml"))
        .hasMessage("no configuration file none.yaml on the class path");
    assertThatThrownBy(() -> MigrationConfig.load("a\0b"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("not the path of a configuration file");
  }

  @Test
  void problemsFoundLaterStillNameTheirPlace() {
    MigrationConfig config =
        parse(MINIMAL + "tables:\n  overrides:\n    public.metrcs:\n      key: [a]\n");
    assertThat(config.origin().at("tables.overrides.public.metrcs"))
        .isEqualTo("dualwrite.yaml line 6: tables.overrides.public.metrcs");
    assertThat(config.origin().at("tables.overrides.public.metrcs.key"))
        .isEqualTo("dualwrite.yaml line 7: tables.overrides.public.metrcs.key");
    assertThat(config.origin().at("nowhere")).isEqualTo("dualwrite.yaml: nowhere");
    assertThat(Origin.PROGRAM.at("phase")).isEqualTo("phase");
  }

  @Test
  void urlsOfTheCommandLineTakeCredentialsFromTheEnvironment() {
    Map<String, String> environment =
        Map.of(
            "DUALWRITE_SOURCE_USERNAME",
            "u",
            "DUALWRITE_SOURCE_PASSWORD",
            "p",
            "DUALWRITE_TARGET_PASSWORD",
            "q");
    MigrationConfig config =
        MigrationConfig.ofUrls(
            "jdbc:postgresql://a/x", "jdbc:postgresql://b/x?user=v", environment::get);
    assertThat(config.source()).contains(EndpointConfig.of("jdbc:postgresql://a/x", "u", "p"));
    assertThat(config.target())
        .contains(
            new EndpointConfig(
                "jdbc:postgresql://b/x?user=v", Optional.empty(), Optional.of("q"), Map.of()));
    assertThatThrownBy(() -> MigrationConfig.ofUrls("jdbc:postgresql://a/x", "b", environment::get))
        .hasMessage(
            "--target: url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was b");
  }

  @Test
  void globsSelectTables() {
    TablesConfig tables =
        new TablesConfig(
            List.of("public.*", "app.o?ders", "a+b.x"), List.of("public.audit_*"), Map.of());
    assertThat(List.of("public.orders", "public.a.b", "public.Order Items", "app.orders", "a+b.x"))
        .allMatch(tables::selects);
    assertThat(List.of("public.audit_log", "app.oders", "Public.orders", "aab.x", "xpublic.orders"))
        .noneMatch(tables::selects);
    assertThatThrownBy(() -> new TablesConfig(List.of(), List.of(), Map.of()))
        .hasMessage("tables.include must name at least one table, such as public.*");
  }

  @Test
  void aTablesPolicyIsItsOwnOrTheMigrations() {
    MigrationConfig config =
        MigrationConfig.builder("m")
            .failurePolicy(FailurePolicy.BEST_EFFORT)
            .tables(
                new TablesConfig(
                    List.of("*.*"),
                    List.of(),
                    Map.of(
                        "public.t",
                        TableOverride.builder().failurePolicy(FailurePolicy.STRICT).build())))
            .build();
    assertThat(config.failurePolicy("public.t")).isEqualTo(FailurePolicy.STRICT);
    assertThat(config.failurePolicy("public.u")).isEqualTo(FailurePolicy.BEST_EFFORT);
    assertThat(config.toBuilder().build()).isEqualTo(config);
  }
}
