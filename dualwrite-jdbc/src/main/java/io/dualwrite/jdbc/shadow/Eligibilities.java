package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.capture.QueryText;
import io.dualwrite.jdbc.schema.Lane;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queries can be compared: by their text, decided once, and by what both servers make of it,
 * decided once per role and search path until a schema changes. A refusal is looked at again after
 * a minute.
 */
final class Eligibilities {
  private static final Logger LOG = LoggerFactory.getLogger(Eligibilities.class);
  private static final int MOST_TEXTS = 20_000;
  private static final long REFUSED_NANOS = Duration.ofMinutes(1).toNanos();

  private final Examination examination;
  private final Supplier<Object> schema;
  private final Function<String, Optional<Lane>> lanes;
  private final Map<String, Optional<QueryText>> texts = new ConcurrentHashMap<>();
  private final Map<Key, Entry> decided = new ConcurrentHashMap<>();

  private record Key(String sql, String session) {}

  private record Entry(
      Eligibility eligibility, Object schema, List<Optional<Lane>> lanes, long at) {}

  /**
   * With the primary's schema as an object that is another one after a change, and the lane of each
   * table likewise.
   */
  Eligibilities(
      Examination examination, Supplier<Object> schema, Function<String, Optional<Lane>> lanes) {
    this.examination = examination;
    this.schema = schema;
    this.lanes = lanes;
  }

  /** The query in a text, if it may be one that can be compared. */
  Optional<QueryText> text(String sql) {
    Optional<QueryText> known = texts.get(sql);
    if (known != null) {
      return known;
    }
    Optional<QueryText> text = QueryText.of(sql);
    if (texts.size() >= MOST_TEXTS) {
      texts.clear();
    }
    texts.put(sql, text);
    return text;
  }

  /** Whether it can; the first time, and after changes, both servers are asked. */
  Eligibility of(QueryText text, ShadowRead read) throws SQLException {
    Key key = new Key(read.sql(), read.session().names());
    Entry known = decided.get(key);
    if (known != null && isUpToDate(known)) {
      return known.eligibility();
    }
    Object current = schema.get();
    Eligibility eligibility = examination.of(text, read);
    if (eligibility instanceof Eligibility.Refused refused) {
      LOG.debug("shadow read {} is not compared: {}", text.fingerprint(), refused.reason());
    }
    if (decided.size() >= MOST_TEXTS) {
      decided.clear();
    }
    decided.put(key, new Entry(eligibility, current, lanes(eligibility), System.nanoTime()));
    return eligibility;
  }

  private List<Optional<Lane>> lanes(Eligibility eligibility) {
    return eligibility instanceof Eligibility.Granted granted
        ? granted.tables().stream().map(lanes).toList()
        : List.of();
  }

  @SuppressWarnings("ReferenceEquality") // another object is what tells of a change
  private boolean isUpToDate(Entry entry) {
    if (entry.schema() != schema.get()) {
      return false;
    }
    return entry.eligibility() instanceof Eligibility.Granted
        ? entry.lanes().equals(lanes(entry.eligibility()))
        : System.nanoTime() - entry.at() < REFUSED_NANOS;
  }
}
