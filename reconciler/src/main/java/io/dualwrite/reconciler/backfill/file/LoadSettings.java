package io.dualwrite.reconciler.backfill.file;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must be the same for an interrupted load to be gone on with. Options of the command line
 * have their names, where they are not left out, so that the command can be given again.
 */
final class LoadSettings {
  private static final String SET_ASIDE = "--set-aside";

  private static final String FILE = "file ";

  private LoadSettings() {}

  /** Whether both load one of the same files and set its bad records aside in the same one. */
  static boolean meet(SortedMap<String, String> one, SortedMap<String, String> other) {
    return Objects.equals(one.get(SET_ASIDE), other.get(SET_ASIDE))
        && !Collections.disjoint(files(one), files(other));
  }

  private static List<String> files(SortedMap<String, String> settings) {
    return settings.entrySet().stream()
        .filter(e -> e.getKey().startsWith(FILE))
        .map(Map.Entry::getValue)
        .toList();
  }

  static SortedMap<String, String> of(FileSet files, FileBackfillOptions options) {
    SortedMap<String, String> settings = new TreeMap<>();
    for (int i = 0; i < files.files().size(); i++) {
      settings.put(FILE + (i + 1), files.files().get(i).file().identity());
    }
    settings.put("columns", String.join(",", files.columns()));
    settings.put("--table", options.table());
    settings.put(SET_ASIDE, options.setAsideFile().toAbsolutePath().normalize().toString());
    if (options.absent() != Absent.HOLD) {
      settings.put("--absent", lower(options.absent()));
    }
    if (!options.ignoredColumns().isEmpty()) {
      settings.put("--ignore-column", String.join(", ", options.ignoredColumns()));
    }
    options.format().ifPresent(form -> settings.put("--file-format", lower(form)));
    put(options.csv(), settings);
    return settings;
  }

  private static void put(CsvForm csv, SortedMap<String, String> settings) {
    CsvForm usual = CsvForm.DEFAULT;
    csv.delimiter().ifPresent(d -> settings.put("--delimiter", d == '\t' ? "tab" : d.toString()));
    if (!csv.quote().equals(usual.quote())) {
      Optional<String> quote = csv.quote().map(q -> q == '\t' ? "tab" : q.toString());
      settings.put("--quote", quote.orElse("none"));
    }
    if (!csv.nullText().equals(usual.nullText())) {
      settings.put("--null", csv.nullText());
    }
    if (!csv.encoding().equals(usual.encoding())) {
      settings.put("--encoding", csv.encoding());
    }
    if (!csv.header()) {
      settings.put("--no-header", "yes");
    }
    if (!csv.columns().isEmpty()) {
      settings.put("--columns", String.join(",", csv.columns()));
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
