package io.dualwrite.reconciler.report;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells, aligned: the first column to the left, numbers to the right. */
final class Columns {
  private final List<List<String>> lines = new ArrayList<>();
  private final int leftAligned;

  Columns(int leftAligned) {
    this.leftAligned = leftAligned;
  }

  void add(List<String> cells) {
    lines.add(cells);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        row.append(i == 0 ? "" : "  ").append(padded(line.get(i), width(i), i < leftAligned));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return lines.stream()
        .filter(l -> l.size() > column)
        .mapToInt(l -> l.get(column).length())
        .max()
        .orElse(0);
  }

  private static String padded(String cell, int width, boolean left) {
    String blanks = " ".repeat(width - cell.length());
    return left ? cell + blanks : blanks + cell;
  }
}
