package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.Test;

class ProvenGuaranteesTest {

  @Test
  void testsSpeakForThemselvesAndClassesForTheirTests() throws IOException {
    assertThat(
            proven(
                """
                @Guarantee("G1")
                class A {
                  @Test @Guarantee({"G2", "G3"}) void test() {}
                  @ParameterizedTest @io.dualwrite.testing.Guarantee(value = "G4") void other() {}
                  @ArchTest @Guarantee("G5") static final Object RULE = null;
                  @Nested @Guarantee("G6") class B { @Test void inner() {} }
                }
                """))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "G1", Set.of("A"),
                "G2", Set.of("A.test"),
                "G3", Set.of("A.test"),
                "G4", Set.of("A.other"),
                "G5", Set.of("A.RULE"),
                "G6", Set.of("A.B")));
  }

  @Test
  void whatDoesNotRunProvesNothing() throws IOException {
    assertThat(
            proven(
                """
                @Guarantee("G1")
                class A {
                  // @Test @Guarantee("G2")
                  @Guarantee("G3") void helper() { String s = "@Test @Guarantee(\\"G4\\")"; }
                  @Disabled @Test @Guarantee("G5") void disabled() {}
                  @Disabled @Guarantee("G6") class B { @Test @Guarantee("G7") void inner() {} }
                }
                """))
        .isEmpty();
  }

  @Test
  void namesThatCannotBeReadAreRefused() {
    assertThatThrownBy(() -> proven("class A { @Test @Guarantee(NAME) void test() {} }"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("A.test")
        .hasMessageContaining("NAME");
  }

  private static Map<String, Set<String>> proven(String source) throws IOException {
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    return ProvenGuarantees.in(List.of(file));
  }
}
