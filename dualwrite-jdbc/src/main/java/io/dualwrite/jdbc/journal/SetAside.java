package io.dualwrite.jdbc.journal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An entry that could not be delivered.
 *
 * @param table the table's identity
 * @param key the row's key as text; empty for a range
 * @param sqlState the secondary's SQLState, if it gave one
 * @param reason the secondary's message without row values
 * @param tries how often delivery was tried
 * @param at when the primary's transaction wrote the entry
 */
public record SetAside(
    String table,
    List<String> key,
    Optional<String> sqlState,
    String reason,
    int tries,
    Instant at) {}
