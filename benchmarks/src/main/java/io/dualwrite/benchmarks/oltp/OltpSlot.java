package io.dualwrite.benchmarks.oltp;

/**
 * What one slot came to.
 *
 * @param perSecond committed transactions
 * @param p50 of committed transactions, milliseconds
 * @param p99 likewise
 * @param aborts for serialization, per cent of all transactions
 * @param failed for any other reason
 * @param cpu microseconds per committed transaction in the JVM and both servers
 * @param emptyAfter milliseconds until nothing was left to deliver; not a number without delivery
 */
record OltpSlot(
    double perSecond,
    double p50,
    double p99,
    double aborts,
    long failed,
    double cpu,
    double emptyAfter) {}
