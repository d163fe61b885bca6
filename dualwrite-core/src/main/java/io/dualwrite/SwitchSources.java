package io.dualwrite;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The kinds of {@link KillSwitch}. Each one's text says in logs where the state comes from. */
final class SwitchSources {
  private static final Set<String> ENGAGED = Set.of("true", "on", "yes", "1", "engaged");
  private static final Set<String> RELEASED = Set.of("false", "off", "no", "0", "released");

  static final KillSwitch NEVER =
      new KillSwitch() {
        @Override
        public boolean engaged() {
          return false;
        }

        @Override
        public String toString() {
          return "never";
        }
      };

  private SwitchSources() {}

  /** The switches that {@code killSwitch} is made of, itself if it is of one piece. */
  static List<KillSwitch> partsOf(KillSwitch killSwitch) {
    if (!(killSwitch instanceof AnyOf any)) {
      return List.of(killSwitch);
    }
    ImmutableList.Builder<KillSwitch> parts = ImmutableList.builder();
    any.switches.forEach(each -> parts.addAll(partsOf(each)));
    return parts.build();
  }

  private static boolean parse(String what, String value) {
    String text = value.strip().toLowerCase(Locale.ROOT);
    if (ENGAGED.contains(text)) {
      return true;
    }
    if (RELEASED.contains(text)) {
      return false;
    }
    throw new IllegalStateException(what + " is neither true nor false: \"" + value + "\"");
  }

  record OfFile(Path path) implements KillSwitch {
    OfFile {
      requireNonNull(path, "path");
    }

    @Override
    public boolean engaged() {
      if (Files.exists(path)) {
        return true;
      }
      if (Files.notExists(path)) {
        return false;
      }
      throw new IllegalStateException("cannot tell whether " + path + " exists");
    }

    @Override
    public String toString() {
      return "file " + path;
    }
  }

  record OfSystemProperty(String name) implements KillSwitch {
    OfSystemProperty {
      requireNonNull(name, "name");
    }

    @Override
    public boolean engaged() {
      @Nullable String value = System.getProperty(name);
      return value != null && (value.isEmpty() || parse(toString(), value));
    }

    @Override
    public String toString() {
      return "system property " + name;
    }
  }

  record OfEnvironment(String name, UnaryOperator<@Nullable String> environment)
      implements KillSwitch {
    OfEnvironment {
      requireNonNull(name, "name");
    }

    @Override
    public boolean engaged() {
      @Nullable String value = environment.apply(name);
      return value != null && !value.isBlank() && parse(toString(), value);
    }

    @Override
    public String toString() {
      return "environment variable " + name;
    }
  }

  record OfSupplier(BooleanSupplier source) implements KillSwitch {
    OfSupplier {
      requireNonNull(source, "source");
    }

    @Override
    public boolean engaged() {
      return source.getAsBoolean();
    }

    @Override
    public String toString() {
      return "supplier " + source;
    }
  }

  record AnyOf(List<KillSwitch> switches) implements KillSwitch {
    @Override
    public boolean engaged() {
      @Nullable RuntimeException unreadable = null;
      for (KillSwitch each : switches) {
        try {
          if (each.engaged()) {
            return true;
          }
        } catch (RuntimeException e) {
          if (unreadable == null) {
            unreadable = e;
          } else {
            unreadable.addSuppressed(e);
          }
        }
      }
      if (unreadable != null) {
        throw unreadable;
      }
      return false;
    }

    @Override
    public String toString() {
      return "any of " + switches;
    }
  }
}
