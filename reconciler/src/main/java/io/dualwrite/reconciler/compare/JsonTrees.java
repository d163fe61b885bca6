package io.dualwrite.reconciler.compare;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Comparator;

/** Whether two JSON texts are the same document: members in any order, numbers by value. */
final class JsonTrees {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          // A document with a repeated member has no one tree: it is compared by its text.
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final Comparator<JsonNode> BY_VALUE = (a, b) -> sameScalar(a, b) ? 0 : 1;

  private JsonTrees() {}

  static boolean same(String a, String b) {
    try {
      return MAPPER.readTree(a).equals(BY_VALUE, MAPPER.readTree(b));
    } catch (JsonProcessingException e) {
      return a.equals(b);
    }
  }

  private static boolean sameScalar(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) == 0;
    }
    return a.equals(b);
  }
}
