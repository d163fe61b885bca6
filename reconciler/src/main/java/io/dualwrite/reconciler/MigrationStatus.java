package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.SetAside;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.reconciler.state.KeptState;
import java.util.List;
import java.util.Optional;

/**
 * Where a migration stands, as its control tables say.
 *
 * @param migration its name
 * @param initialised whether the control schema is there and the migration registered; everything
 *     below is then the configuration's, or empty
 * @param phase where it stands
 * @param killSwitch whether the kill switch is engaged through the control table
 * @param epoch counts the changes of phase and kill switch
 * @param instances the applications that write, last seen first
 * @param journal how much waits for delivery
 * @param setAside what could not be delivered, oldest first, at most 20
 * @param gaps times of writes to one side alone that no complete comparison has covered yet
 * @param triggers what the source's triggers see, where they are to capture or are there
 * @param strict how STRICT commits on the secondary and what it has left prepared there, where it
 *     is configured or anything is prepared, and the secondary answers
 * @param kept how far tables are verified, and which runs of the reconciler are not over
 * @param problems why a side could not be asked
 */
public record MigrationStatus(
    String migration,
    boolean initialised,
    Phase phase,
    boolean killSwitch,
    long epoch,
    List<Instances.Instance> instances,
    Journal.Depth journal,
    List<SetAside> setAside,
    List<Gaps.Gap> gaps,
    Optional<Coverage> triggers,
    Optional<PreparedTransactions> strict,
    KeptState kept,
    List<String> problems) {
  public MigrationStatus {
    instances = List.copyOf(instances);
    setAside = List.copyOf(setAside);
    gaps = List.copyOf(gaps);
    problems = List.copyOf(problems);
  }
}
