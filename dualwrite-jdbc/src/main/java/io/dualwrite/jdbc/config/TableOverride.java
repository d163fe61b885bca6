package io.dualwrite.jdbc.config;

import io.dualwrite.FailurePolicy;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is special about one table. Columns are named as in the source.
 *
 * @param target its {@code schema.name} on the target; empty: the same
 * @param key the columns that tell a row apart; empty: primary key, else a unique not-null index
 * @param timeColumn the column of its windows; empty: found by itself
 * @param columns source column name to target column name, where they differ
 * @param ignoreColumns columns that are neither copied nor compared
 * @param tolerances by source column name: how far apart its values may be in a comparison
 * @param appendOnly whether rows never change once inserted
 * @param keylessRanges whether, without a key, the table is mirrored by ranges of its time column,
 *     or whole
 * @param failurePolicy empty: the migration's
 */
public record TableOverride(
    Optional<String> target,
    List<String> key,
    Optional<String> timeColumn,
    Map<String, String> columns,
    Set<String> ignoreColumns,
    Map<String, Tolerance> tolerances,
    boolean appendOnly,
    boolean keylessRanges,
    Optional<FailurePolicy> failurePolicy) {

  /** Nothing special. */
  public static final TableOverride NONE = builder().build();

  public TableOverride {
    key = List.copyOf(key);
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    ignoreColumns = Set.copyOf(ignoreColumns);
    tolerances = Map.copyOf(tolerances);
    Check.that(
        target.isEmpty() || (target.get().indexOf('.') > 0 && !target.get().endsWith(".")),
        "target must be written schema.name, such as public.orders, was " + target.orElse(""));
  }

  /** Nothing special yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects what is special about a table. */
  public static final class Builder {
    private Optional<String> target = Optional.empty();
    private List<String> key = List.of();
    private Optional<String> timeColumn = Optional.empty();
    private Map<String, String> columns = Map.of();
    private Set<String> ignoreColumns = Set.of();
    private Map<String, Tolerance> tolerances = Map.of();
    private boolean appendOnly;
    private boolean keylessRanges;
    private Optional<FailurePolicy> failurePolicy = Optional.empty();

    private Builder() {}

    /** Its {@code schema.name} on the target. */
    public Builder target(String name) {
      target = Optional.of(name);
      return this;
    }

    /** The columns that tell a row apart. */
    public Builder key(String... names) {
      key = List.of(names);
      return this;
    }

    /** The column of its windows. */
    public Builder timeColumn(String name) {
      timeColumn = Optional.of(name);
      return this;
    }

    /** Source column name to target column name. */
    public Builder columns(Map<String, String> names) {
      columns = names;
      return this;
    }

    /** Columns that are neither copied nor compared. */
    public Builder ignoreColumns(String... names) {
      ignoreColumns = Set.of(names);
      return this;
    }

    /** Source column name to how far apart its values may be in a comparison. */
    public Builder tolerances(Map<String, Tolerance> byColumn) {
      tolerances = byColumn;
      return this;
    }

    /** Rows never change once inserted. */
    public Builder appendOnly(boolean value) {
      appendOnly = value;
      return this;
    }

    /** Without a key, mirror by ranges. */
    public Builder keylessRanges(boolean value) {
      keylessRanges = value;
      return this;
    }

    /** Other than the migration's. */
    public Builder failurePolicy(FailurePolicy value) {
      failurePolicy = Optional.of(value);
      return this;
    }

    /** The override. */
    public TableOverride build() {
      return new TableOverride(
          target,
          key,
          timeColumn,
          columns,
          ignoreColumns,
          tolerances,
          appendOnly,
          keylessRanges,
          failurePolicy);
    }
  }
}
