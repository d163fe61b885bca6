package io.dualwrite.jdbc.copy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as canonical texts.
 *
 * @param values one per pair of {@link io.dualwrite.jdbc.schema.TablePair#columns()}, in that
 *     order; null is SQL's NULL
 */
public record Row(List<@Nullable String> values) {}
