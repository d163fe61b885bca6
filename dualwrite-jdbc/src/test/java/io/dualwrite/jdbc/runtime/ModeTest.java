package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What is recorded of times without mirroring, also where the primary does not answer at once. */
class ModeTest {
  private final List<String> told = new ArrayList<>();
  private boolean answers = true;
  private boolean left;

  private final Mode mode =
      new Mode(
          "test",
          new Mode.GapRecord() {
            @Override
            public void open(String reason, Duration ago) throws Exception {
              tell("open");
            }

            @Override
            public void close() throws Exception {
              tell("close");
            }

            @Override
            public boolean isLeft() {
              return left;
            }

            private void tell(String what) throws TimeoutException {
              told.add(what);
              if (!answers) {
                throw new TimeoutException();
              }
            }
          },
          () -> {},
          () -> {},
          Clock.systemUTC());

  @Test
  @Guarantee("G2")
  void aGapThatBeginsWhileTheEndOfTheLastIsUnknownIsRecordedAnew() {
    mode.stop(Mode.Reason.KILL_SWITCH, "first");
    mode.go(Mode.Reason.KILL_SWITCH);
    answers = false;
    mode.tend();
    // The end may have been recorded all the same, and so nothing would cover what comes now.
    mode.stop(Mode.Reason.KILL_SWITCH, "second");
    assertThat(told).containsExactly("open", "close", "open");
    answers = true;
    mode.tend();
    assertThat(mode.unrecorded()).isFalse();
    assertThat(told).containsExactly("open", "close", "open", "open");
  }

  @Test
  void anEndThatCouldNotBeRecordedIsTriedAgain() {
    mode.stop(Mode.Reason.KILL_SWITCH, "first");
    mode.go(Mode.Reason.KILL_SWITCH);
    answers = false;
    mode.tend();
    answers = true;
    mode.tend();
    mode.tend();
    assertThat(told).containsExactly("open", "close", "close");
  }

  @Test
  void whatWasRecordedAfterNobodyWaitedForItAnyMoreIsEndedToo() {
    mode.tend();
    assertThat(told).isEmpty();
    left = true;
    mode.tend();
    assertThat(told).containsExactly("close");
  }
}
