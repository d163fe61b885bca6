package io.dualwrite.benchmarks.system;

/**
 * What one slot of load came to. What does not apply is not a number.
 *
 * @param transactions that succeeded
 * @param median of the application's transactions, microseconds
 * @param p99 likewise
 * @param perSecond transactions that succeeded, per second
 * @param cpu microseconds of CPU time per transaction in the JVM and both servers, delivery
 *     included
 * @param failures transactions that failed
 * @param lagMedian milliseconds from the source's commit to the target's
 * @param lagP99 likewise
 * @param journalMost the most entries seen at once
 * @param journalBytes of the journal with its index after the load
 * @param emptyAfter milliseconds from the last answer until nothing was left to deliver
 */
record Measurement(
    long transactions,
    double median,
    double p99,
    double perSecond,
    CpuUse.Spent cpu,
    long failures,
    double lagMedian,
    double lagP99,
    long journalMost,
    long journalBytes,
    double emptyAfter) {

  /** Transactions per second of the time in which they were made and delivered. */
  double sustained() {
    double seconds = transactions / perSecond;
    return transactions / (Double.isNaN(emptyAfter) ? seconds : seconds + emptyAfter / 1000);
  }
}
