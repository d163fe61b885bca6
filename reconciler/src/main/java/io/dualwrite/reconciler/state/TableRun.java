package io.dualwrite.reconciler.state;

import java.time.Instant;
import java.util.Optional;

/**
 * One table's part of a run.
 *
 * @param id its number
 * @param run the run
 * @param step which pass over the table, where a run makes several
 * @param table the table's identity
 * @param shape what the windows' results depend on, in a form of the command's own; where it is not
 *     the same any more, they say nothing
 * @param checksum the form of the windows' sums
 * @param plan how the table is cut into windows, in a form of the command's own
 * @param windows how many there are
 * @param beganAt when it was taken up, by the target's clock: its windows were looked at since
 * @param endedAt when the last of them was done, by the target's clock
 */
public record TableRun(
    long id,
    Run run,
    String step,
    String table,
    String shape,
    String checksum,
    String plan,
    int windows,
    Instant beganAt,
    Optional<Instant> endedAt) {}
