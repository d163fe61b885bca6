package io.dualwrite.jdbc.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which tables are mirrored, and how.
 *
 * @param include globs over the source's {@code schema.name}: {@code *} stands for any characters,
 *     {@code ?} for one
 * @param exclude globs, likewise; they win over {@code include}
 * @param overrides by the source's {@code schema.name}, without quotes and in the catalog's case
 */
public record TablesConfig(
    List<String> include, List<String> exclude, Map<String, TableOverride> overrides) {

  /** All user tables. */
  public static final TablesConfig ALL = new TablesConfig(List.of("*.*"), List.of(), Map.of());

  public TablesConfig {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
    Check.that(!include.isEmpty(), "tables.include must name at least one table, such as public.*");
    include.forEach(glob -> checkName("tables.include", glob));
    exclude.forEach(glob -> checkName("tables.exclude", glob));
    overrides.keySet().forEach(name -> checkName("tables.overrides", name));
  }

  /** Whether the table that the source calls {@code schema.name} is to be mirrored. */
  public boolean selects(String table) {
    return includedBy(table).isPresent() && excludedBy(table).isEmpty();
  }

  /** The first glob of {@code include} that the table matches. */
  public Optional<String> includedBy(String table) {
    return include.stream().filter(glob -> matches(glob, table)).findFirst();
  }

  /** The first glob of {@code exclude} that the table matches. */
  public Optional<String> excludedBy(String table) {
    return exclude.stream().filter(glob -> matches(glob, table)).findFirst();
  }

  /** What is said of that table; the empty override if nothing is. */
  public TableOverride override(String table) {
    return overrides.getOrDefault(table, TableOverride.NONE);
  }

  private static void checkName(String key, String glob) {
    Check.that(
        glob.indexOf('.') > 0 && !glob.endsWith("."),
        key
            + (key.endsWith("overrides") ? ": a table" : "")
            + " must be written schema.name, such as public.orders, was "
            + glob);
  }

  /** Whether the glob stands for that {@code schema.name}. */
  public static boolean matches(String glob, String table) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              }
            });
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(table).matches();
  }
}
