package io.dualwrite.jdbc.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamingFunctionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT set_config('search_path', $1, false)",
        "SELECT pg_catalog.set_config ( 'ROLE', $1, true)",
        "SELECT set_config($1, $2, false)",
        "BEGIN SET LOCAL search_path = a; END",
        "BEGIN set session\nauthorization default; END",
        "BEGIN RESET ALL; END",
        "BEGIN SET SCHEMA 'a'; END",
      })
  void changesNames(String source) {
    assertThat(found(source).names()).containsExactly("f");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT set_config('app.user', $1, false)",
        "UPDATE t SET roles = 1",
        "SELECT allocate(1)",
        "ALTER TABLE t SET all_of = 1",
      })
  void changesNone(String source) {
    assertThat(found(source).names()).isEmpty();
  }

  private static NamingFunctions found(String source) {
    NamingFunctions functions = new NamingFunctions();
    assertThat(functions.seekMore()).isTrue();
    functions.found(1, "f", source);
    return functions;
  }

  @Test
  void callersAreSoughtUntilThereAreNoMore() {
    NamingFunctions functions = found("SET search_path = a");
    assertThat(functions.seekMore()).isTrue();
    assertThat(functions.pattern()).isEqualTo("\\m(f)\\M");
    functions.found(2, "a b", "SELECT f()");
    assertThat(functions.seekMore()).isTrue();
    assertThat(functions.pattern()).contains("a\\ b");
    functions.found(2, "a b", "SELECT f()");
    assertThat(functions.seekMore()).isFalse();
    assertThat(functions.oids()).containsExactlyInAnyOrder(1L, 2L);
  }
}
