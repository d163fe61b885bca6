package io.dualwrite.compatibility.pgjdbc;

/** What became of one test. */
record Outcome(String status, String detail) {
  /** Not of a test: a class begins. */
  static final String BEGUN = "BEGUN";

  boolean passed() {
    return status.equals("PASSED");
  }

  @Override
  public String toString() {
    return detail.isEmpty() ? status : status + " " + detail;
  }
}
