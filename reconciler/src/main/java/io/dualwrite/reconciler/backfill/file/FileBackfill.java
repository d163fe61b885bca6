package io.dualwrite.reconciler.backfill.file;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a load of files did.
 *
 * @param migration the migration's name
 * @param run its number, by which the target keeps it
 * @param resumed whether it went on with one that was interrupted
 * @param startedAt when this process began
 * @param duration how long this process took
 * @param table the table's identity
 * @param files the files, without what may be secret in a URL
 * @param absent what was to become of records that the source has not
 * @param counts what became of all records, of interrupted processes before included
 * @param recordsBefore how many records an interrupted process had done before
 * @param setAside where bad records are, if there are any
 * @param reasons how many were set aside for which reason, without values
 * @param problem why it stopped before the end
 * @param longestLock for how long deliveries of the table waited for this at the most
 * @param notes what the reader should know
 */
public record FileBackfill(
    String migration,
    long run,
    boolean resumed,
    Instant startedAt,
    Duration duration,
    String table,
    List<String> files,
    Absent absent,
    Counts counts,
    long recordsBefore,
    Optional<Path> setAside,
    SortedMap<String, Long> reasons,
    Optional<String> problem,
    Duration longestLock,
    List<String> notes) {
  public FileBackfill {
    files = List.copyOf(files);
    reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
    notes = List.copyOf(notes);
  }

  /** Whether it went through all files. */
  public boolean finished() {
    return problem.isEmpty();
  }

  /** Records that neither side has and that nobody has said what to do with. */
  public long held() {
    return absent == Absent.HOLD ? counts.absent() : 0;
  }

  /** Whether every record is in the target now, or is not meant to be. */
  public boolean complete() {
    return finished() && counts.bad() == 0 && held() == 0;
  }
}
