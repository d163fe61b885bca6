package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which phase may follow which by a mere change of the control table. */
final class PhaseMove {
  private PhaseMove() {}

  /** Why not, and what to do instead; empty if it may. */
  static Optional<String> refusal(Phase from, Phase to) {
    if (from == to || (from.canMoveTo(to) && from.primary() == to.primary() && isOfSource(to))) {
      return Optional.empty();
    }
    String what = "The phase stays " + from + ": ";
    if (from.canMoveTo(to) && from.primary() != to.primary()) {
      return Optional.of(
          what
              + to
              + " has another primary, and the swap needs a fence that lets no write slip through between them: that is"
              + " `reconciler cutover`, which comes in a later version (docs/decisions/004-target-primary-is-refused.md).");
    }
    if (!isOfSource(from) || (!isOfSource(to) && from.canMoveTo(to))) {
      return Optional.of(
          what
              + "the phases in which the target is primary are not supported by this version"
              + " (docs/decisions/004-target-primary-is-refused.md).");
    }
    Phase next = next(from, to);
    return Optional.of(
        what
            + to
            + " is not the next one. Phases change one step at a time: "
            + Arrays.stream(Phase.values()).map(Phase::name).collect(Collectors.joining(", "))
            + "."
            + (refusal(from, next).isEmpty() ? " First: `reconciler phase set " + next + "`" : ""));
  }

  private static boolean isOfSource(Phase phase) {
    return phase.primary() == io.dualwrite.Side.SOURCE;
  }

  @SuppressWarnings("EnumOrdinal") // The phases are declared in the order of the migration.
  private static Phase next(Phase from, Phase to) {
    return Phase.values()[from.ordinal() + Integer.signum(to.ordinal() - from.ordinal())];
  }
}
