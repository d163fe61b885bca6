package io.dualwrite.jdbc.capture;

import java.util.List;

/** The generated keys that the application asked for when it prepared or ran a statement. */
public sealed interface RequestedKeys {
  /** None. */
  record None() implements RequestedKeys {}

  /** {@code RETURN_GENERATED_KEYS}: pgjdbc gives all columns. */
  record All() implements RequestedKeys {}

  /** Columns by name, as pgjdbc quotes them. */
  record Columns(List<String> names) implements RequestedKeys {}

  /** The one instance of none. */
  RequestedKeys NONE = new None();

  /** The one instance of all. */
  RequestedKeys ALL = new All();
}
