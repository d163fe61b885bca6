package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the parts of a rewritten text come from in the application's, in the order in which they
 * stand in the rewritten one. What lies between them was added.
 */
public final class Origins {
  private static final int MOST_BEFORE = 40;

  private final List<Part> parts = new ArrayList<>();

  /**
   * A part that is the same in both texts.
   *
   * @param at where it stands in the rewritten text
   * @param from where it stands in the application's
   */
  private record Part(int at, int from, int length) {}

  Origins() {}

  void add(int at, int from, int length) {
    if (length > 0) {
      parts.add(new Part(at, from, length));
    }
  }

  /** The place in the application's text; -1 for what was added. */
  int of(int place) {
    for (Part part : parts) {
      if (place >= part.at && place < part.at + part.length) {
        return part.from + place - part.at;
      }
    }
    return -1;
  }

  /**
   * Something that was added.
   *
   * @param before a little of the application's text that stands right before it; no placeholder is
   *     in it
   * @param text what was added
   */
  record Added(String before, String text) {}

  /** What was added, in order; no part of it is empty. */
  List<Added> added(String rewritten) {
    List<Added> added = new ArrayList<>();
    int at = 0;
    String before = "";
    for (Part part : parts) {
      if (part.at > at) {
        added.add(new Added(before, rewritten.substring(at, part.at)));
      }
      at = part.at + part.length;
      before = end(rewritten.substring(part.at, at));
    }
    if (at < rewritten.length()) {
      added.add(new Added(before, rewritten.substring(at)));
    }
    return added;
  }

  private static String end(String part) {
    return part.substring(Math.max(part.lastIndexOf('?') + 1, part.length() - MOST_BEFORE));
  }

  /** Whether the application's text stands in the rewritten one in one order, and nothing twice. */
  boolean isInOrder() {
    int last = 0;
    for (Part part : parts) {
      if (part.from < last) {
        return false;
      }
      last = part.from + part.length;
    }
    return true;
  }
}
