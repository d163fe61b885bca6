package io.dualwrite.jdbc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is wrong with a configuration is named with its line, and all of it at once. */
class RefusedConfigTest {
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
  void unknownKeysAreNamedWithWhatIsAllowed() {
    assertThat(problem("failure_policy: STRICT"))
        .isEqualTo(
            "dualwrite.yaml line 4: unknown key failure_policy. Did you mean failure-policy? Allowed here: migration, source, target,"
                + " phase, failure-policy, delivery, delivery-lanes, capture, unmirrored, tables, secondary, kill-switch, shadow-reads, control, shutdown, throttle, journal,"
                + " reconciler.");
    assertThat(problem("reconciler:\n  window: 1h\n  treads: 3"))
        .isEqualTo(
            "dualwrite.yaml line 6: unknown key reconciler.treads. Allowed here: window, parallelism, lateness, load.");
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
                "reconciler: {load: {max-rows-per-second: 0}}",
                "reconciler.load.max-rows-per-second must be at least 1, was 0."),
            Map.entry(
                "reconciler: {load: {max-latency: soon}}",
                "reconciler.load.max-latency must be a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M, was soon."),
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
}
