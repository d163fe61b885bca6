package io.dualwrite.reconciler.backfill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that it takes to make an index or a foreign key again as it was.
 *
 * @param sql as the server prints it, every name with its schema
 * @param tablespace an index' own; empty: the database's default
 * @param clustered whether the table was marked to be clustered by the index
 * @param then statements that make the rest of it
 */
record Definition(String sql, Optional<String> tablespace, boolean clustered, List<String> then) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Definition {
    then = List.copyOf(then);
  }

  /** As it is written down: the bare definition where there is nothing else. */
  String text() {
    if (tablespace.isEmpty() && !clustered && then.isEmpty()) {
      return sql;
    }
    ObjectNode node = JSON.createObjectNode().put("definition", sql).put("clustered", clustered);
    tablespace.ifPresent(t -> node.put("tablespace", t));
    then.forEach(node.putArray("then")::add);
    return node.toString();
  }

  static Definition read(String text) {
    if (!text.startsWith("{")) {
      return new Definition(text, Optional.empty(), false, List.of());
    }
    try {
      JsonNode node = JSON.readTree(text);
      List<String> then = new ArrayList<>();
      node.path("then").forEach(s -> then.add(s.asText()));
      return new Definition(
          node.path("definition").asText(),
          Optional.ofNullable(node.get("tablespace")).map(JsonNode::asText),
          node.path("clustered").asBoolean(),
          then);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a kept definition is not what was kept", e);
    }
  }
}
