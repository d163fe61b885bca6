package io.dualwrite.reconciler.backfill.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.backfill.Storage;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a load has come, as it is kept in the transaction that brings the records.
 *
 * @param file how many files are done
 * @param record how many records of the next one are done
 * @param setAsideBytes how long the file of bad records is
 * @param counts what became of all records until here
 * @param reasons how many were set aside for which reason, without values
 */
record Mark(
    int file, long record, long setAsideBytes, Counts counts, SortedMap<String, Long> reasons) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REASONS = 20;
  private static final String STORAGE = "storage";
  private static final String OTHERS = "other reasons";

  static final Mark BEGIN = new Mark(0, 0, 0, Counts.NONE, new TreeMap<>());

  Mark {
    reasons = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
  }

  /** Some more records of the same file. */
  Mark plus(long records, long bytes, Counts more, Iterable<String> why) {
    SortedMap<String, Long> all = new TreeMap<>(reasons);
    for (String reason : why) {
      boolean listed = all.containsKey(reason) || all.size() < REASONS;
      all.merge(listed ? reason : OTHERS, 1L, Long::sum);
    }
    return new Mark(file, record + records, bytes, counts.plus(more), all);
  }

  /** The file is done. */
  Mark nextFile() {
    return new Mark(file + 1, 0, setAsideBytes, counts, reasons);
  }

  /** With where the target's rows lie. */
  String text(Storage storage) {
    ObjectNode node = JSON.createObjectNode();
    node.put("file", file).put("record", record).put("setAsideBytes", setAsideBytes);
    node.put("copied", counts.copied()).put("inserted", counts.inserted());
    node.put("present", counts.present()).put("pending", counts.pending());
    node.put("absent", counts.absent()).put("bad", counts.bad());
    ObjectNode why = node.putObject("reasons");
    reasons.forEach(why::put);
    ObjectNode files = node.putObject(STORAGE);
    storage.files().forEach((oid, file) -> files.put(Long.toString(oid), file));
    return node.toString();
  }

  /** Where the target's rows lay when a mark was kept; nowhere if it does not say. */
  static Storage storage(String text) {
    SortedMap<Long, String> files = new TreeMap<>();
    parse(text)
        .path(STORAGE)
        .fields()
        .forEachRemaining(f -> files.put(Long.valueOf(f.getKey()), f.getValue().asText()));
    return new Storage(files);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was kept of the load cannot be read", e);
    }
  }

  static Mark read(String text) {
    JsonNode node = parse(text);
    SortedMap<String, Long> reasons = new TreeMap<>();
    node.path("reasons")
        .fields()
        .forEachRemaining(f -> reasons.put(f.getKey(), f.getValue().asLong()));
    return new Mark(
        node.path("file").asInt(),
        node.path("record").asLong(),
        node.path("setAsideBytes").asLong(),
        new Counts(
            node.path("copied").asLong(),
            node.path("inserted").asLong(),
            node.path("present").asLong(),
            node.path("pending").asLong(),
            node.path("absent").asLong(),
            node.path("bad").asLong()),
        reasons);
  }
}
