package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.SliceFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Whole numbers in the order in which they come, kept as runs from one to another where most
 * numbers between two bounds are there: a run names the others too, which does no harm.
 */
final class DenseRuns {
  private static final Set<String> TYPES = Set.of("int2", "int4", "int8");

  private static final int LENGTH = 1000;
  private static final int MOST_TIMES_WIDER = 4;

  /** From one number to another, both included. */
  record Run(long from, long to) {}

  /** Takes a number that fits no run. */
  interface Others {
    /** One number. */
    void take(String number);
  }

  private final Others others;
  private final List<Run> runs = new ArrayList<>();
  private final long[] numbers = new long[LENGTH];
  private int size;

  DenseRuns(Others others) {
    this.others = others;
  }

  /** Whether keys of these columns are whole numbers. */
  static boolean suits(List<Column> columns) {
    return columns.size() == 1
        && columns.get(0).typeKind() == 'b'
        && TYPES.contains(columns.get(0).baseType());
  }

  /** Adds a number; false if the text is none in its plain form. */
  boolean add(String text) {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      // The server also takes blanks, underscores and other bases.
      return false;
    }
    numbers[size++] = number;
    if (size == LENGTH) {
      cut();
    }
    return true;
  }

  /** All runs. Nothing may be added any more. */
  List<Run> end() {
    cut();
    return runs;
  }

  private void cut() {
    if (size == 0) {
      return;
    }
    long from = Arrays.stream(numbers, 0, size).min().orElseThrow();
    long to = Arrays.stream(numbers, 0, size).max().orElseThrow();
    if (to - from >= 0 && to - from < (long) size * MOST_TIMES_WIDER) {
      cut(from, to);
    } else {
      for (int i = 0; i < size; i++) {
        others.take(Long.toString(numbers[i]));
      }
    }
    size = 0;
  }

  /** Where slices of a table end, so that each run is of one. */
  private void cut(long from, long to) {
    for (long low = from; low <= to; ) {
      long high = Math.min(to, low | SliceFunction.BLOCK - 1);
      runs.add(new Run(low, high));
      if (high == Long.MAX_VALUE) {
        return;
      }
      low = high + 1;
    }
  }
}
