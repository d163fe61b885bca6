package io.dualwrite.jdbc.config;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.dualwrite.jdbc.config.YamlNode.Empty;
import io.dualwrite.jdbc.config.YamlNode.Items;
import io.dualwrite.jdbc.config.YamlNode.Mapping;
import io.dualwrite.jdbc.config.YamlNode.Scalar;
import io.dualwrite.jdbc.config.YamlNode.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Reads YAML into nodes that know their lines; duplicate keys are problems. */
final class YamlReader {
  private final Problems problems;
  private final Variables variables;
  private final YAMLParser parser;

  private YamlReader(YAMLParser parser, Variables variables, Problems problems) {
    this.parser = parser;
    this.variables = variables;
    this.problems = problems;
  }

  /** The mapping at the top. Text that is no YAML ends the reading at once. */
  static Mapping read(String yaml, Variables variables, Problems problems) {
    try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
      YamlReader reader = new YamlReader(parser, variables, problems);
      JsonToken first = parser.nextToken();
      YamlNode top = first == null ? new Empty(1) : reader.node(first, "", reader.line());
      if (!(top instanceof Mapping) && !(top instanceof Empty)) {
        problems.add(
            top.line(), "the file must be a mapping of keys to values, was " + top.kind() + ".");
      } else if (parser.nextToken() != null) {
        problems.add(reader.line(), "a second document; there may be one only.");
      }
      problems.throwIfAny();
      return top instanceof Mapping mapping ? mapping : new Mapping(1);
    } catch (IOException | MarkedYAMLException failure) {
      int[] line = {0};
      String problem = told(failure, l -> line[0] = l);
      problems.add(line[0], problem);
      problems.throwIfAny();
      throw new IllegalStateException(problem);
    }
  }

  /** Only the parser's own words and the place: what it quotes from the file may be a password. */
  private static String told(Throwable failure, IntConsumer line) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
        line.accept(marked.getProblemMark().getLine() + 1);
        return "not valid YAML: " + marked.getProblem() + ".";
      }
    }
    return "not valid YAML.";
  }

  private YamlNode node(JsonToken token, String path, int line) throws IOException {
    if (parser.isCurrentAlias()) {
      problems.add(line, path + " is an alias (*); write its value out.");
      return new Unreadable(line);
    }
    return switch (token) {
      case START_OBJECT -> mapping(path, line);
      case START_ARRAY -> items(path, line);
      case VALUE_NULL -> new Empty(line);
      default -> scalar(parser.getText(), path, line);
    };
  }

  private YamlNode scalar(String text, String path, int line) {
    return variables
        .expand(text, problem -> problems.add(line, path + ": " + problem))
        .<YamlNode>map(expanded -> new Scalar(expanded, line))
        .orElseGet(() -> new Unreadable(line));
  }

  private YamlNode items(String path, int line) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(node(token, path + "[" + (items.size() + 1) + "]", line()));
    }
    return new Items(items, line);
  }

  private YamlNode mapping(String path, int line) throws IOException {
    Mapping mapping = new Mapping(line);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      int keyLine = line();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      YamlNode first = mapping.entries().get(key);
      YamlNode value = node(parser.nextToken(), keyPath, keyLine);
      if (first != null) {
        problems.add(keyLine, keyPath + " is there twice, first in line " + first.line() + ".");
      } else {
        mapping.entries().put(key, value);
      }
    }
    return mapping;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }
}
