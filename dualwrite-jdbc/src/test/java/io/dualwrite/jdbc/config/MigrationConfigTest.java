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
  void norAreThoseThatShouldHaveBeenEscaped() {
    for (String url :
        List.of(
            "postgres://app:se/cr3t@db1/app",
            "postgres://app:se@cr3t@db1/app",
            "postgres://app:se?cr3t@db1/app",
            "jdbc:postgresql://app:se/cr3t@db1/app",
            "jdbc:postgresql://app:se@cr3t@db1/app")) {
      assertThat(EndpointConfig.withoutSecrets(url)).isEqualTo(url.replaceFirst("se.cr3t", "***"));
    }
    assertThat(EndpointConfig.withoutSecrets("jdbc:postgresql://a:5432/x?user=me@here"))
        .isEqualTo("jdbc:postgresql://a:5432/x?user=me@here");
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
