package io.dualwrite;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * How keys stand in a journal. Equal keys have equal texts, different keys different ones.
 *
 * @param type the keys' class
 */
public record KeyFormat<K>(
    Class<K> type, Function<K, String> toText, Function<String, K> fromText) {
  private static final Map<Class<?>, KeyFormat<?>> KNOWN =
      Map.of(
          String.class, new KeyFormat<>(String.class, text -> text, text -> text),
          Integer.class, new KeyFormat<>(Integer.class, Object::toString, Integer::valueOf),
          Long.class, new KeyFormat<>(Long.class, Object::toString, Long::valueOf),
          UUID.class, new KeyFormat<>(UUID.class, Object::toString, UUID::fromString));

  /** Checks the values. */
  public KeyFormat {
    requireNonNull(type, "type");
    requireNonNull(toText, "toText");
    requireNonNull(fromText, "fromText");
  }

  /** The format of {@code String}, {@code Integer}, {@code Long} and {@code UUID}. */
  @SuppressWarnings("unchecked")
  public static <K> KeyFormat<K> of(Class<K> type) {
    KeyFormat<?> known = KNOWN.get(type);
    if (known == null) {
      throw new IllegalArgumentException(
          "no key format for " + type.getName() + "; give new KeyFormat<>(type, toText, fromText)");
    }
    return (KeyFormat<K>) known;
  }

  /** The text of a key of any type; another type than this format's is an error. */
  String text(String writer, Object key) {
    if (!type.isInstance(key)) {
      throw new IllegalArgumentException(
          "%s: a key must be a %s, was a %s"
              .formatted(writer, type.getName(), key.getClass().getName()));
    }
    return toText.apply(type.cast(key));
  }
}
