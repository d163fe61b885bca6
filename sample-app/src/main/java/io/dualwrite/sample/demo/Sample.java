package io.dualwrite.sample.demo;

import java.util.List;

/**
 * How the users were served for a while.
 *
 * @param requests acknowledged
 * @param seconds how long it lasted
 * @param sortedMicros how long each request took, shortest first
 */
record Sample(int requests, double seconds, List<Long> sortedMicros) {

  static Sample of(List<Answers.Acknowledged> answers, double seconds) {
    List<Long> micros = answers.stream().map(Answers.Acknowledged::micros).sorted().toList();
    return new Sample(micros.size(), seconds, micros);
  }

  double perSecond() {
    return requests / seconds;
  }

  double medianMillis() {
    return percentileMillis(50);
  }

  double p99Millis() {
    return percentileMillis(99);
  }

  /**
   * Whether the users were served as well as usual, but for the noise of a machine that does other
   * things too.
   */
  boolean asFastAs(Sample usual) {
    return medianMillis() <= 1.5 * usual.medianMillis() + 1
        && p99Millis() <= 3 * usual.p99Millis() + 20;
  }

  /** Of times in microseconds, sorted; 0 of none. */
  double percentileMillis(int percent) {
    if (sortedMicros.isEmpty()) {
      return 0;
    }
    return sortedMicros.get((int) ((sortedMicros.size() - 1) * (percent / 100.0))) / 1000.0;
  }
}
