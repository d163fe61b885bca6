package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every guarantee of {@code docs/guarantees.md} has a test, and every test names one of those. */
class GuaranteesTest {

  /**
   * Guarantees whose tests are not written yet. Take one out with its first test; never add one.
   */
  private static final Set<String> NOT_YET_PROVEN = Set.of();

  private static final Pattern HEADING = Pattern.compile("(?m)^#{2,}\\s+(G\\d+)\\b");

  private static SortedSet<String> promised;
  private static SortedMap<String, Set<String>> proven;

  @BeforeAll
  static void look() throws IOException {
    Path root = root();
    promised = headings(Files.readString(root.resolve("docs/guarantees.md")));
    try (Stream<Path> modules = Files.list(root)) {
      proven =
          ProvenGuarantees.in(
              modules
                  .map(module -> module.resolve("src/test/java"))
                  .filter(Files::isDirectory)
                  .flatMap(GuaranteesTest::javaFiles)
                  .map(GuaranteesTest::source)
                  .toList());
    }
  }

  @Test
  void guaranteesArePromised() {
    assertThat(promised).contains("G1", "G10").hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void everyGuaranteeHasATest() {
    Set<String> missing = new TreeSet<>(promised);
    missing.removeAll(proven.keySet());
    missing.removeAll(NOT_YET_PROVEN);
    assertThat(missing).as("guarantees of docs/guarantees.md that no test names").isEmpty();
  }

  @Test
  void everyTestNamesAGuaranteeThatExists() {
    SortedMap<String, Set<String>> unknown = new TreeMap<>(proven);
    unknown.keySet().removeAll(promised);
    assertThat(unknown).as("tests that name a guarantee which nothing promises").isEmpty();
  }

  @Test
  void whatIsProvenIsNotListedAsUnproven() {
    SortedMap<String, Set<String>> listed = new TreeMap<>(proven);
    listed.keySet().retainAll(NOT_YET_PROVEN);
    assertThat(listed).as("proven now, so take these out of NOT_YET_PROVEN").isEmpty();
    assertThat(promised).containsAll(NOT_YET_PROVEN);
  }

  private static SortedSet<String> headings(String markdown) {
    SortedSet<String> found = new TreeSet<>();
    Matcher heading = HEADING.matcher(markdown);
    while (heading.find()) {
      assertThat(found.add(heading.group(1))).as("%s once", heading.group(1)).isTrue();
    }
    return found;
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("docs/guarantees.md"))) {
      directory = directory.getParent();
      assertThat(directory).as("a directory above with docs/guarantees.md").isNotNull();
    }
    return directory;
  }

  private static Stream<Path> javaFiles(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static JavaFileObject source(Path file) {
    return new SimpleJavaFileObject(file.toUri(), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
        return Files.readString(file);
      }
    };
  }
}
