package io.dualwrite.reconciler.cli;

import io.dualwrite.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.ListIterator;

/** What a shell may complete where a word is one out of a few. */
abstract class Candidates implements Iterable<String> {
  private final List<String> words;

  private Candidates(String... words) {
    this.words = List.of(words);
  }

  @Override
  public ListIterator<String> iterator() {
    return words.listIterator();
  }

  /** Of {@code --format}. */
  static final class Format extends Candidates {
    Format() {
      super("text", "json");
    }
  }

  /** Of {@code --checksum}. */
  static final class Checksums extends Candidates {
    Checksums() {
      super("auto", "send", "text", "md5", "sha256");
    }
  }

  /** Of {@code --absent}. */
  static final class AbsentRows extends Candidates {
    AbsentRows() {
      super("insert", "skip");
    }
  }

  /** Of {@code --file-format}. */
  static final class FileFormats extends Candidates {
    FileFormats() {
      super("csv", "parquet");
    }
  }

  /** Of {@code kill-switch}. */
  static final class Switch extends Candidates {
    Switch() {
      super("engage", "release");
    }
  }

  /** Of {@code phase}. */
  static final class OfPhase extends Candidates {
    OfPhase() {
      super("show", "set");
    }
  }

  /** Of {@code phase set}. */
  static final class Phases extends Candidates {
    Phases() {
      super(Arrays.stream(Phase.values()).map(Phase::name).toArray(String[]::new));
    }
  }
}
