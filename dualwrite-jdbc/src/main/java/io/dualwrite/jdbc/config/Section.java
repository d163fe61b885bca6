package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import io.dualwrite.jdbc.config.YamlNode.Empty;
import io.dualwrite.jdbc.config.YamlNode.Items;
import io.dualwrite.jdbc.config.YamlNode.Mapping;
import io.dualwrite.jdbc.config.YamlNode.Scalar;
import io.dualwrite.jdbc.config.YamlNode.Unreadable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the file, read key by key. What is wrong is noted with its line, and reading goes
 * on with the default, so that all problems are found in one go. Every key read is allowed; {@link
 * #close} notes all others.
 */
final class Section implements AutoCloseable {
  private final Mapping mapping;
  private final String path;
  private final Problems problems;
  private final Map<String, Integer> lines;
  private final Set<String> known = new LinkedHashSet<>();

  private Section(Mapping mapping, String path, Problems problems, Map<String, Integer> lines) {
    this.mapping = mapping;
    this.path = path;
    this.problems = problems;
    this.lines = lines;
  }

  /** The whole file; {@code lines} is filled with the line of every key. */
  static Section top(Mapping mapping, Problems problems, Map<String, Integer> lines) {
    return new Section(mapping, "", problems, lines);
  }

  /** The section under a key; empty if it is not there. */
  Section section(String key) {
    YamlNode node = node(key);
    if (node instanceof Mapping found) {
      return new Section(found, path(key), problems, lines);
    }
    if (node != null && !(node instanceof Empty)) {
      mustBe(key, "a mapping of keys to values", node);
    }
    return new Section(
        new Mapping(node == null ? mapping.line() : node.line()), path(key), problems, lines);
  }

  boolean has(String key) {
    return mapping.entries().containsKey(key);
  }

  /** All keys of this section, which are names and not settings. */
  Set<String> names() {
    known.addAll(mapping.entries().keySet());
    return mapping.entries().keySet();
  }

  /** The text, or nothing and a problem if it is not there. */
  Optional<String> required(String key, String example) {
    Optional<String> text = text(key);
    YamlNode node = mapping.entries().get(key);
    if (node == null || node instanceof Empty) {
      problems.add(
          path.isEmpty() ? 0 : mapping.line(), path(key) + " is missing, such as " + example + ".");
    }
    return text;
  }

  Optional<String> text(String key) {
    return scalar(key, "a text").map(Scalar::text);
  }

  /** One of a closed set, written exactly so. */
  <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
    List<String> allowed = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
    return text(key)
        .flatMap(
            text -> {
              if (!allowed.contains(text)) {
                problem(
                    key,
                    "must be one of "
                        + String.join(", ", allowed)
                        + ", was "
                        + text
                        + "."
                        + Suggestion.didYouMean(text, allowed));
                return Optional.empty();
              }
              return Optional.of(Enum.valueOf(type, text));
            });
  }

  boolean flag(String key) {
    Optional<String> text = text(key);
    if (text.isPresent() && !text.get().equals("true") && !text.get().equals("false")) {
      problem(key, "must be true or false, was " + text.get() + ".");
    }
    return text.equals(Optional.of("true"));
  }

  /** A whole number that {@code check}, which builds a record with it, accepts. */
  int integer(String key, int otherwise, Consumer<Integer> check) {
    return parsed(key, "a whole number", text -> Optional.of(Integer.valueOf(text)), check)
        .orElse(otherwise);
  }

  double number(String key, double otherwise, Consumer<Double> check) {
    return parsed(key, "a number", text -> Optional.of(Double.valueOf(text)), check)
        .orElse(otherwise);
  }

  Duration duration(String key, Duration otherwise, Consumer<Duration> check) {
    return parsed(key, Durations.ALLOWED, Durations::parse, check).orElse(otherwise);
  }

  private <T> Optional<T> parsed(
      String key, String allowed, Function<String, Optional<T>> parse, Consumer<T> check) {
    return text(key)
        .flatMap(
            text -> {
              Optional<T> value;
              try {
                value = parse.apply(text);
              } catch (NumberFormatException notANumber) {
                value = Optional.empty();
              }
              if (value.isEmpty()) {
                problem(key, "must be " + allowed + ", was " + text + ".");
              }
              return value.filter(v -> accepted(key, () -> check.accept(v)));
            });
  }

  /**
   * Whether building a part of the configuration from this key's value goes well; its complaint is
   * noted if not.
   */
  boolean accepted(String key, Runnable build) {
    try {
      build.run();
      return true;
    } catch (ConfigurationException refused) {
      refused.problems().forEach(p -> refused(key, p));
      return false;
    } catch (IllegalArgumentException refused) {
      refused(key, String.valueOf(refused.getMessage()));
      return false;
    }
  }

  private void refused(String key, String problem) {
    problems.add(line(key), problem.startsWith(path) ? problem + "." : path + "." + problem + ".");
  }

  List<String> texts(String key, String example) {
    YamlNode node = node(key);
    if (node == null || node instanceof Empty || node instanceof Unreadable) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    boolean plain = node instanceof Items;
    if (node instanceof Items items) {
      for (YamlNode item : items.items()) {
        plain &= item instanceof Scalar || item instanceof Unreadable;
        if (item instanceof Scalar scalar) {
          texts.add(scalar.text());
        }
      }
    }
    if (!plain) {
      problem(key, "must be a list of texts, such as " + example + ".");
      return List.of();
    }
    return texts;
  }

  Map<String, String> textMap(String key, String example) {
    YamlNode node = node(key);
    Map<String, String> texts = new LinkedHashMap<>();
    if (node == null || node instanceof Empty || node instanceof Unreadable) {
      return texts;
    }
    if (!(node instanceof Mapping found)
        || !found.entries().values().stream()
            .allMatch(n -> n instanceof Scalar || n instanceof Unreadable)) {
      problem(key, "must be a mapping of texts, such as " + example + ".");
      return texts;
    }
    found
        .entries()
        .forEach(
            (name, value) -> {
              lines.put(path(key) + "." + name, value.line());
              if (value instanceof Scalar scalar) {
                texts.put(name, scalar.text());
              }
            });
    return texts;
  }

  void problem(String key, String problem) {
    problems.add(line(key), path(key) + " " + problem);
  }

  /** Notes every key that was never asked for. */
  @Override
  public void close() {
    mapping.entries().keySet().stream()
        .filter(key -> !known.contains(key))
        .forEach(
            key ->
                problems.add(
                    line(key),
                    "unknown key "
                        + path(key)
                        + "."
                        + Suggestion.didYouMean(key, known)
                        + (known.isEmpty()
                            ? ""
                            : " Allowed here: " + String.join(", ", known) + ".")));
  }

  private int line(String key) {
    YamlNode node = mapping.entries().get(key);
    return node == null ? mapping.line() : node.line();
  }

  private Optional<Scalar> scalar(String key, String what) {
    YamlNode node = node(key);
    if (node instanceof Scalar scalar) {
      return Optional.of(scalar);
    }
    if (node instanceof Items || node instanceof Mapping) {
      mustBe(key, what, node);
    }
    return Optional.empty();
  }

  private void mustBe(String key, String what, YamlNode node) {
    if (!(node instanceof Unreadable)) {
      problem(key, "must be " + what + ", was " + node.kind() + ".");
    }
  }

  private @Nullable YamlNode node(String key) {
    known.add(key);
    YamlNode node = mapping.entries().get(key);
    if (node != null) {
      lines.put(path(key), node.line());
    }
    return node;
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
