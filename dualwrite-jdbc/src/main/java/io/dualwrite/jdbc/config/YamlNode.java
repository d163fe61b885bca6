package io.dualwrite.jdbc.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of the YAML file that knows its line, counted from 1. */
sealed interface YamlNode {

  int line();

  /** What a message calls it. */
  String kind();

  /** A text, number or truth value as written, {@code ${…}} put in. */
  record Scalar(String text, int line) implements YamlNode {
    @Override
    public String kind() {
      return "a single value";
    }
  }

  /** No value, or {@code null}. */
  record Empty(int line) implements YamlNode {
    @Override
    public String kind() {
      return "empty";
    }
  }

  /** A value that was there and of which a problem is noted already. */
  record Unreadable(int line) implements YamlNode {
    @Override
    public String kind() {
      return "unreadable";
    }
  }

  /** A list. */
  record Items(List<YamlNode> items, int line) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** Keys and values; a value's line is that of its key. */
  record Mapping(Map<String, YamlNode> entries, int line) implements YamlNode {
    Mapping(int line) {
      this(new LinkedHashMap<>(), line);
    }

    @Override
    public String kind() {
      return "a mapping of keys to values";
    }
  }
}
