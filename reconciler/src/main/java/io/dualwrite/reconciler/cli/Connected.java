package io.dualwrite.reconciler.cli;

/** A command that is told where the databases are. */
interface Connected {
  /** Where they are. */
  ConnectionOptions connection();
}
