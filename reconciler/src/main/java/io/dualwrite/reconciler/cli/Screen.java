package io.dualwrite.reconciler.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Whether somebody sees what is drawn on standard error, and how. */
final class Screen {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Screen() {}

  /** Whether somebody does. */
  static boolean isSeen(Map<String, String> environment) {
    return isTerminal(System.console())
        && leadsTo(STANDARD_ERROR).map(Screen::isTerminal).orElse(true)
        && !"dumb".equals(environment.get("TERM"));
  }

  /** Colours, unless they are not wanted (no-color.org). */
  static ProgressBarStyle bars(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty()
        ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
        : ProgressBarStyle.UNICODE_BLOCK;
  }

  /** A console says that standard input and output are a terminal, and nothing of the errors. */
  private static Optional<String> leadsTo(Path descriptor) {
    try {
      return Optional.of(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException | UnsupportedOperationException e) {
      // Other systems than Linux do not say.
      return Optional.empty();
    }
  }

  static boolean isTerminal(String device) {
    return device.startsWith("/dev/pts/")
        || device.startsWith("/dev/tty")
        || device.equals("/dev/console");
  }

  /** From Java 22 on there is a console also where there is no terminal, and it can be asked. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
