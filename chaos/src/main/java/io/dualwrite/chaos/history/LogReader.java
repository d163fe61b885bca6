package io.dualwrite.chaos.history;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads on in a thread's log, from where it stopped reading before. */
final class LogReader {
  private final Path file;
  private final Map<Long, Told> open = new LinkedHashMap<>();
  private long position;

  LogReader(Path file) {
    this.file = file;
  }

  /**
   * What has been told since, once the thread writes no more for the time being: what is still
   * intended is unknown.
   */
  List<Told> readOn() {
    List<Told> told = new ArrayList<>();
    for (String line : newLines()) {
      String[] parts = line.split("\t", -1);
      Outcome outcome = Outcome.of(parts[0].charAt(0));
      long number = Long.parseLong(parts[1]);
      long millis = Long.parseLong(parts[2]);
      List<Change> changes =
          Arrays.stream(parts).skip(3).filter(p -> !p.isEmpty()).map(Change::parse).toList();
      if (outcome == Outcome.INTENDED) {
        open.put(number, new Told(outcome, millis, Long.MAX_VALUE, changes));
        continue;
      }
      Told intended = open.remove(number);
      if (intended == null) {
        told.add(new Told(outcome, millis, millis, changes));
      } else {
        told.add(
            new Told(
                outcome,
                intended.from(),
                outcome == Outcome.UNKNOWN ? Long.MAX_VALUE : millis,
                outcome == Outcome.ACKNOWLEDGED ? changes : intended.changes()));
      }
    }
    told.addAll(open.values());
    open.clear();
    return told;
  }

  private List<String> newLines() {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(position);
      byte[] bytes = new byte[Math.toIntExact(in.length() - position)];
      in.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      // A process that was killed may have left half a line.
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      position += whole.getBytes(StandardCharsets.UTF_8).length;
      return whole.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
