package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Refused;
import java.util.Collection;
import java.util.List;

/** Globs of the configuration that name no table of the source. */
public final class UnmatchedGlobs {
  private final MigrationConfig config;
  private final List<String> names;

  /** Of the source's tables. */
  public UnmatchedGlobs(MigrationConfig config, Catalog source) {
    this.config = config;
    this.names = source.tables().stream().map(t -> t.name().toString()).toList();
  }

  /** Those of {@code tables.include}. */
  List<String> includes() {
    return config.tables().include().stream()
        .filter(g -> !g.equals("*.*") && isUnmatched(g))
        .toList();
  }

  /** Those of {@code tables.exclude}. */
  List<String> excludes() {
    return config.tables().exclude().stream().filter(this::isUnmatched).toList();
  }

  private boolean isUnmatched(String glob) {
    return names.stream().noneMatch(n -> TablesConfig.matches(glob, n));
  }

  /** Whether it stands for one table, and not for whichever there are. */
  static boolean isName(String glob) {
    return glob.indexOf('*') < 0 && glob.indexOf('?') < 0;
  }

  /** Names in {@code tables.include} that are no table's: nothing can be said about these. */
  public List<Refused> refused() {
    return includes().stream()
        .filter(glob -> isName(glob) && config.tables().excludedBy(glob).isEmpty())
        .map(glob -> new Refused(glob, "include-unmatched", message("tables.include", glob)))
        .toList();
  }

  /** Why no table at all is selected. */
  public String explanation() {
    StringBuilder text =
        new StringBuilder(
            "no table of the source is selected by tables.include and tables.exclude.");
    includes().forEach(glob -> text.append(' ').append(message("tables.include", glob)));
    return text.toString();
  }

  /** What is said about one under {@code key}. */
  String message(String key, String glob) {
    return config.origin().at(key) + ": " + glob + " names no table of the source." + near(glob);
  }

  private String near(String glob) {
    if (isName(glob)) {
      return Suggestion.didYouMean(glob, names);
    }
    int dot = glob.indexOf('.');
    Collection<String> schemas =
        names.stream().map(n -> n.substring(0, n.indexOf('.'))).distinct().toList();
    String schema = glob.substring(0, dot);
    return schemas.contains(schema) || !isName(schema)
        ? ""
        : Suggestion.nearest(schema, schemas)
            .map(s -> " Did you mean " + s + glob.substring(dot) + "?")
            .orElse("");
  }
}
