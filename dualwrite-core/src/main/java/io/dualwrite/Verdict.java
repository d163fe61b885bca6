package io.dualwrite;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is known of a call of the secondary when nobody waits for it any longer. */
record Verdict(@Nullable FailureReason reason, @Nullable Throwable cause) {
  static final Verdict SUCCESS = new Verdict(null, null);

  static Verdict of(FailureReason reason) {
    return new Verdict(reason, null);
  }

  static Verdict error(Throwable cause) {
    return new Verdict(FailureReason.ERROR, cause);
  }

  boolean isSuccess() {
    return reason == null;
  }

  FailureReason requireReason() {
    return requireNonNull(reason, "not a failure");
  }

  WriteOutcome outcome() {
    if (reason == null) {
      return WriteOutcome.SUCCESS;
    }
    return reason.isUntried() ? WriteOutcome.DEFERRED : WriteOutcome.FAILURE;
  }

  /** In words, without the cause's message, which may hold values. */
  String describe() {
    if (reason == null) {
      return "success";
    }
    return cause == null
        ? reason.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        : cause.getClass().getName();
  }
}
