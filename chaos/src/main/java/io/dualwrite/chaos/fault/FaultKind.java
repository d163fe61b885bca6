package io.dualwrite.chaos.fault;

/** What can go wrong, and what operators do meanwhile. */
public enum FaultKind {
  /** SIGKILL to an application, which is started again. */
  KILL_APPLICATION,
  /** An application is told to end, in the middle of its work, and is started again. */
  STOP_APPLICATION,
  /** SIGKILL to the target's server, which is started again. */
  KILL_TARGET,
  /** SIGKILL to the source's server, which is started again. */
  KILL_SOURCE,
  /** SIGSTOP to all processes of the target's server. */
  FREEZE_TARGET,
  /** SIGSTOP to all processes of the source's server. */
  FREEZE_SOURCE,
  /** SIGSTOP to an application. */
  FREEZE_APPLICATION,
  /** All connections to the target are reset, and new ones for a while. */
  CUT_TARGET,
  /** All connections to the source are reset, and new ones for a while. */
  CUT_SOURCE,
  /** Everything between an application and the target takes longer. */
  DELAY_TARGET,
  /** Everything between an application and the source takes longer. */
  DELAY_SOURCE,
  /** Nothing passes between an application and the target; what was sent is lost at the end. */
  BLACK_HOLE_TARGET,
  /** Nothing passes between an application and the source; what was sent is lost at the end. */
  BLACK_HOLE_SOURCE,
  /** Connections to the target end on its side alone; their owners never learn it. */
  FORGET_TARGET,
  /** Connections to the source end on its side alone; their owners never learn it. */
  FORGET_SOURCE,
  /** The target does what it is told, and its answers come late or never. */
  HOLD_ANSWERS_TARGET,
  /** The source does what it is told, commits too, and its answers come late or never. */
  HOLD_ANSWERS_SOURCE,
  /** The server ends sessions of the applications, as administrators do. */
  END_SESSIONS,
  /** The kill switch's file appears for one application, and goes. */
  KILL_SWITCH_FILE,
  /** The kill switch is engaged for all, and released, through the control table. */
  KILL_SWITCH_TABLE,
  /** The applications may not write the journal any more, and may again. */
  REVOKE_JOURNAL,
  /** The target refuses some rows by a constraint that the source has not. */
  REFUSE_ROWS,
  /** Somebody holds locks on tables of the target, as changes of a schema do. */
  LOCK_TARGET,
  /** The journal is written anew, so that all its entries change their places. */
  REWRITE_JOURNAL,
  /** A mirrored table gets a column on both sides, and loses it. */
  CHANGE_SCHEMA,
  /** A comparison under traffic. */
  COMPARE,
  /** A repair under traffic. */
  REPAIR,
}
