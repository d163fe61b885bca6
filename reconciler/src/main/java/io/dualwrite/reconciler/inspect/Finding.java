package io.dualwrite.reconciler.inspect;

import java.util.Optional;

/**
 * Something that stands in the way, or is worth knowing.
 *
 * @param severity how bad it is
 * @param code a short, stable word for programs: {@code no-key}, {@code target-privilege}, …
 * @param table the source's {@code schema.name}; empty where it is about a database or several
 *     tables
 * @param problem what is so, in one line without row values
 * @param fix what to do about it, SQL where SQL does; empty where there is nothing to do
 */
public record Finding(
    Severity severity, String code, Optional<String> table, String problem, Optional<String> fix) {

  @Override
  public String toString() {
    return severity.label()
        + ": "
        + table.map(t -> t + ": ").orElse("")
        + problem
        + fix.map(f -> " " + f).orElse("");
  }
}
