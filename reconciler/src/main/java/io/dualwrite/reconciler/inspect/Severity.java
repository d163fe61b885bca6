package io.dualwrite.reconciler.inspect;

/** How bad a finding is, the worst first. */
public enum Severity {
  /** The migration, or a command that it needs, cannot work as configured. */
  BLOCKS("cannot work"),
  /** It runs, and some writes will be refused on the target, arrive changed or not at all. */
  LOSES("will lose or miss"),
  /** It runs, slower than it could. */
  SLOW("slow"),
  /** Worth knowing. */
  NOTE("note");

  private final String label;

  Severity(String label) {
    this.label = label;
  }

  /** In words. */
  public String label() {
    return label;
  }
}
