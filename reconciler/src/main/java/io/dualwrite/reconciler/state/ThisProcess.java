package io.dualwrite.reconciler.state;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Which process this is. */
record ThisProcess(String host, long pid, Optional<Instant> startedAt) {
  static ThisProcess now() {
    ProcessHandle process = ProcessHandle.current();
    return new ThisProcess(hostName(), process.pid(), startOf(process));
  }

  static Optional<Instant> startOf(ProcessHandle process) {
    return process.info().startInstant().map(i -> i.truncatedTo(ChronoUnit.MILLIS));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // A machine whose own name has no address: its name is in the message.
      return String.valueOf(e.getMessage());
    }
  }
}
