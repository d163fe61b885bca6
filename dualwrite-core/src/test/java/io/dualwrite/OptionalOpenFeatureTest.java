package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** An application that has no OpenFeature on its class path. */
class OptionalOpenFeatureTest {

  @Test
  void needsItOnlyWhenItNamesAFlag() throws Exception {
    String own = System.getProperty("java.class.path", "");
    String path = System.getProperty("surefire.test.class.path", own);
    URL[] without =
        Arrays.stream(path.split(java.io.File.pathSeparator))
            .filter(entry -> !entry.isEmpty() && !entry.contains("openfeature"))
            .map(entry -> url(Path.of(entry)))
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(without, ClassLoader.getPlatformClassLoader())) {
      Class<?> killSwitch = loader.loadClass(KillSwitch.class.getName());
      assertThat(killSwitch.getMethod("never").invoke(null)).hasToString("never");
      Method openFeature = killSwitch.getMethod("openFeature", String.class);
      Throwable failure = null;
      try {
        openFeature.invoke(null, "flag");
      } catch (InvocationTargetException e) {
        failure = e.getCause();
      }
      assertThat(failure)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("dev.openfeature:sdk is not on the class path");
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
