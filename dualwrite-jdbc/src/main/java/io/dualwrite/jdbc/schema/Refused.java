package io.dualwrite.jdbc.schema;

/**
 * A selected table that cannot be mirrored.
 *
 * @param table the source's {@code schema.name}
 * @param reason a short, stable word for metrics: {@code no-key}, {@code key-type}, {@code
 *     target-missing}, …
 * @param explanation what is wrong and what to do about it
 */
public record Refused(String table, String reason, String explanation) {}
