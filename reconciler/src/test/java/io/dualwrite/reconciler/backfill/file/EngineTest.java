package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
