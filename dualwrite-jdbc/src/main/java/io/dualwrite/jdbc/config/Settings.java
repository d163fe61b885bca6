package io.dualwrite.jdbc.config;

import io.dualwrite.jdbc.config.YamlNode.Items;
import io.dualwrite.jdbc.config.YamlNode.Mapping;
import io.dualwrite.jdbc.config.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Settings given one by one, under the dotted paths of the file, as URLs and properties have them.
 * They replace what the file says.
 */
final class Settings {
  /** Shorter names for what most URLs have. */
  private static final Map<String, String> SHORT =
      Map.of(
          "source", "source.url",
          "source-username", "source.username",
          "source-password", "source.password",
          "target", "target.url",
          "target-username", "target.username",
          "target-password", "target.password");

  private static final String OF_ONE_TABLE = "tables.overrides.";
  private static final List<String> LISTS = List.of("tables.include", "tables.exclude");
  private static final List<String> LISTS_OF_ONE_TABLE = List.of("key", "ignore-columns");

  private Settings() {}

  /** Puts settings, by path, into the file's mapping. */
  static void put(Mapping top, Map<String, String> settings) {
    settings.forEach((name, text) -> put(top, steps(SHORT.getOrDefault(name, name)), text));
  }

  private static List<String> steps(String path) {
    int last = path.lastIndexOf('.');
    if (path.startsWith(OF_ONE_TABLE) && last > OF_ONE_TABLE.length()) {
      return List.of(
          "tables",
          "overrides",
          path.substring(OF_ONE_TABLE.length(), last),
          path.substring(last + 1));
    }
    return Arrays.asList(path.split("\\.", -1));
  }

  private static void put(Mapping top, List<String> steps, String text) {
    Mapping at = top;
    for (String step : steps.subList(0, steps.size() - 1)) {
      if (!(at.entries().get(step) instanceof Mapping)) {
        at.entries().put(step, new Mapping(Problems.SETTINGS));
      }
      at = (Mapping) at.entries().get(step);
    }
    at.entries().put(steps.get(steps.size() - 1), isList(steps) ? items(text) : scalar(text));
  }

  private static boolean isList(List<String> steps) {
    boolean ofOneTable = steps.size() == 4 && String.join(".", steps).startsWith(OF_ONE_TABLE);
    return ofOneTable
        ? LISTS_OF_ONE_TABLE.contains(steps.get(3))
        : LISTS.contains(String.join(".", steps));
  }

  private static YamlNode items(String text) {
    List<YamlNode> items = new ArrayList<>();
    for (String item : text.split(",")) {
      if (!item.isBlank()) {
        items.add(scalar(item.strip()));
      }
    }
    return new Items(items, Problems.SETTINGS);
  }

  private static Scalar scalar(String text) {
    return new Scalar(text, Problems.SETTINGS);
  }
}
