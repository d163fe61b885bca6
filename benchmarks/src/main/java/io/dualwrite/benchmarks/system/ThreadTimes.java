package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.TextTable;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.TreeMap;

/**
 * CPU time of this process by kind of thread, in nanoseconds. Threads that ended are in what is
 * left over: the application's, the compiler's, the collector's.
 */
record ThreadTimes(Map<String, Long> byKind, long process) {

  static ThreadTimes now() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<String, Long> byKind = new TreeMap<>();
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo thread = threads.getThreadInfo(id);
      if (thread != null) {
        String kind = thread.getThreadName().replaceAll("[-#:]?[0-9]+.*$", "");
        byKind.merge(kind, Math.max(0, threads.getThreadCpuTime(id)), Long::sum);
      }
    }
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    long process =
        system instanceof com.sun.management.OperatingSystemMXBean more
            ? more.getProcessCpuTime()
            : 0;
    return new ThreadTimes(byKind, process);
  }

  ThreadTimes since(ThreadTimes before) {
    Map<String, Long> spent = new TreeMap<>();
    byKind.forEach((kind, nanos) -> spent.put(kind, nanos - before.byKind.getOrDefault(kind, 0L)));
    return new ThreadTimes(spent, process - before.process);
  }

  String report(long transactions) {
    TextTable table = new TextTable("this JVM", "CPU us per tx");
    long named = 0;
    for (Map.Entry<String, Long> each : byKind.entrySet()) {
      double micros = each.getValue() / 1e3 / transactions;
      named += each.getValue();
      if (micros >= 0.5) {
        table.row(each.getKey(), SystemReport.number(1, micros));
      }
    }
    table.row(
        "application, compiler, collector",
        SystemReport.number(1, (process - named) / 1e3 / transactions));
    return table.toString();
  }
}
