package io.dualwrite.reconciler.backfill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** A bound of a span as it is kept: the value itself, several as a JSON array. */
final class Bounds {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Bounds() {}

  static String text(List<String> values) {
    if (values.size() == 1) {
      return values.get(0);
    }
    try {
      return JSON.writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts cannot be written as JSON", e);
    }
  }

  static List<String> values(String text, int columns) {
    if (columns == 1) {
      return List.of(text);
    }
    try {
      return List.of(JSON.readValue(text, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a kept bound is not what was kept", e);
    }
  }
}
