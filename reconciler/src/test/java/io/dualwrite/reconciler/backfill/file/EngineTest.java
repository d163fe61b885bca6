package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EngineTest {
  /** As on a class path without DuckDB. */
  private static final class WithoutDuckDb extends ClassLoader {
    private static final String OURS = Engine.class.getPackageName() + ".";

    WithoutDuckDb() {
      super(EngineTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.duckdb.")) {
        throw new ClassNotFoundException(name);
      }
      Class<?> known = findLoadedClass(name);
      return name.startsWith(OURS) && known == null ? own(name) : super.loadClass(name, resolve);
    }

    private Class<?> own(String name) throws ClassNotFoundException {
      try (@Nullable InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void aProcessThatIsKilledLeavesNoLibraryBehind() throws Exception {
    Path maps = Path.of("/proc/self/maps");
    assumeThat(maps).isReadable();
    try (Engine engine = Engine.open()) {
      assertThat(engine.rows("select 42")).isEqualTo(List.of(List.of("42")));
      List<String> ours =
          Files.readAllLines(maps).stream().filter(m -> m.contains("libduckdb_java")).toList();
      assertThat(ours).isNotEmpty().allMatch(m -> m.endsWith(" (deleted)"));
      assertThat(engine.rows("select count(*) from range(10)")).isEqualTo(List.of(List.of("10")));
    }
  }

  @Test
  void whoHasNoDuckDbIsToldWhatToAdd() throws Exception {
    Method open = new WithoutDuckDb().loadClass(Engine.class.getName()).getDeclaredMethod("open");
    open.setAccessible(true);
    String said = "";
    try {
      open.invoke(null);
    } catch (InvocationTargetException e) {
      said = e.getCause().getMessage();
    }

    assertThat(said).contains("add org.duckdb:duckdb_jdbc:1.4.2.0");
  }
}
