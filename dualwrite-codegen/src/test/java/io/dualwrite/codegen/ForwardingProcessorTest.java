package io.dualwrite.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The compiler itself is asked: what is generated must compile without a warning and hide no method
 * of the interface.
 */
class ForwardingProcessorTest {
  @TempDir Path classes;

  private static final JavaFileObject SHELF =
      source(
          "shop.Shelf",
          """
          package shop;
          public interface Shelf extends AutoCloseable, Comparable<String> {
            <E extends Exception & Cloneable> int count(Class<E> type, String... names) throws E, java.io.IOException;
            /** @deprecated as an example */
            @Deprecated(forRemoval = true) default String label() { return "an interface's default"; }
            <T> T[] things(java.util.Map<String, ? super T> by);
            @Override void close();
            static void ignored() {}
          }
          """);

  @Test
  void forwardsGenericVariableDeprecatedDefaultAndInheritedMethodsWithoutAWarning()
      throws Exception {
    assertThat(
            compile(
                SHELF,
                source(
                    "shop.package-info",
                    "@io.dualwrite.codegen.Forwarding(Shelf.class) package shop;")))
        .containsExactly();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Class<?> generated = loader.loadClass("shop.ForwardingShelf");
      assertThat(
              Arrays.stream(generated.getDeclaredMethods())
                  .filter(method -> !method.isSynthetic())
                  .map(method -> method.getName()))
          .containsExactlyInAnyOrder("count", "label", "things", "close", "compareTo");
    }
  }

  @Test
  void addsWhatAnInterfaceHasBesideAnother() throws Exception {
    assertThat(
            compile(
                SHELF,
                source(
                    "shop.Rack",
                    """
                    package shop;
                    public interface Rack extends Shelf {
                      int height(int at, String... names) throws java.io.IOException;
                      void paint();
                    }
                    """),
                source(
                    "shop.package-info",
                    "@io.dualwrite.codegen.Forwarding(value = Rack.class, beside = Shelf.class) package shop;")))
        .containsExactly();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Class<?> generated = loader.loadClass("shop.ForwardingRack");
      assertThat(generated.isInterface()).isTrue();
      assertThat(
              Arrays.stream(generated.getDeclaredMethods())
                  .filter(method -> !method.isSynthetic())
                  .map(method -> (method.isDefault() ? "default " : "") + method.getName()))
          .containsExactlyInAnyOrder("default height", "default paint", "asRack");
    }
  }

  @Test
  void recordsCallsThatSetByPositionSoThatTheyCanBeMadeAgain() throws Exception {
    assertThat(
            compile(
                source(
                    "shop.Slots",
                    """
                    package shop;
                    public interface Slots {
                      void setWhole(int at, int value) throws java.sql.SQLException;
                      void setTwo(int at, Object value, int a, int b) throws java.sql.SQLException;
                      void setReal(int at, double value) throws java.sql.SQLException;
                      void setText(int at, String value) throws java.sql.SQLException;
                      void setLevel(int level);
                      int size();
                    }
                    """),
                source(
                    "shop.Recorder",
                    """
                    package shop;
                    public class Recorder extends ForwardingSlots {
                      static final java.util.List<String> seen = new java.util.ArrayList<>();
                      static final java.util.List<Object[]> calls = new java.util.ArrayList<>();
                      Recorder(Slots delegate) { super(delegate); }
                      @Override <V> V beforeSet(V value) { seen.add("before " + value); return value; }
                      @Override void afterSet(int position, int setter, long bits, Object first, Object second) {
                        calls.add(new Object[] {position, setter, bits, first, second});
                      }
                      public static java.util.List<String> run() throws java.sql.SQLException {
                        Slots printer = new Slots() {
                          @Override public void setWhole(int at, int value) { seen.add(at + " whole " + value); }
                          @Override public void setTwo(int at, Object value, int a, int b) { seen.add(at + " two " + value + a + b); }
                          @Override public void setReal(int at, double value) { seen.add(at + " real " + value); }
                          @Override public void setText(int at, String value) { seen.add(at + " text " + value); }
                          @Override public void setLevel(int level) { seen.add("level"); }
                          @Override public int size() { return 0; }
                        };
                        Recorder recorder = new Recorder(printer);
                        recorder.setWhole(1, -5);
                        recorder.setTwo(2, "x", -1, 7);
                        recorder.setReal(3, -0.25);
                        recorder.setText(4, "t");
                        recorder.setLevel(9);
                        for (Object[] call : calls) {
                          replay(printer, (int) call[0], (int) call[1], (long) call[2], call[3], call[4]);
                        }
                        return seen;
                      }
                    }
                    """),
                source(
                    "shop.package-info",
                    "@io.dualwrite.codegen.Forwarding(value = Slots.class, recorded = true) package shop;")))
        .containsExactly();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      assertThat(loader.loadClass("shop.Recorder").getMethod("run").invoke(null))
          .isEqualTo(
              List.of(
                  "1 whole -5",
                  "before x",
                  "2 two x-17",
                  "3 real -0.25",
                  "4 text t",
                  "level",
                  "1 whole -5",
                  "2 two x-17",
                  "3 real -0.25",
                  "4 text t"));
    }
  }

  @Test
  void refusesAClass() throws Exception {
    assertThat(
            compile(
                source(
                    "shop.package-info",
                    "@io.dualwrite.codegen.Forwarding(String.class) package shop;")))
        .containsExactly("java.lang.String is not an interface without type parameters");
  }

  private List<String> compile(JavaFileObject... sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        new ArrayList<>(
            List.of(
                "--release", "17", "-Xlint:all,-options,-processing", "-d", classes.toString()));
    options.addAll(List.of("-classpath", System.getProperty("java.class.path")));
    JavaCompiler.CompilationTask task =
        compiler.getTask(new StringWriter(), null, found, options, null, List.of(sources));
    task.setProcessors(List.of(new ForwardingProcessor()));
    task.call();
    return found.getDiagnostics().stream()
        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
        .toList();
  }

  private static JavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
