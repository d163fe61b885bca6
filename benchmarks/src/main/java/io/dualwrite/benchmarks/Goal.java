package io.dualwrite.benchmarks;

import java.util.List;

/**
 * What a figure should be, and what it was.
 *
 * @param name what is measured
 * @param wanted the limit
 * @param measured the figure
 * @param met whether it holds
 */
public record Goal(String name, String wanted, String measured, boolean met) {

  /** All of them, aligned. */
  public static String table(List<Goal> goals) {
    TextTable table = new TextTable("goal", "wanted", "measured", "");
    goals.forEach(g -> table.row(g.name, g.wanted, g.measured, g.met ? "met" : "NOT MET"));
    return table.toString();
  }
}
