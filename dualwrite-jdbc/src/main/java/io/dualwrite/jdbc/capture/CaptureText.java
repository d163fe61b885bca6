package io.dualwrite.jdbc.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text that runs in place of the application's: its own, word for word, its writes to mirrored
 * tables as {@code WITH} queries that return keys, and around them what journals them.
 *
 * <p>Of rows given back, {@code dw.returning} stands in the outermost {@code WHERE}: always true,
 * it is the word by which pgjdbc knows a statement that returns generated keys, and which keeps it
 * from adding {@code RETURNING} itself.
 *
 * @param run the statement
 * @param verb the index of its verb: 0 unless a {@code WITH} list leads
 * @param queries the queries of that list that write to mirrored tables
 * @param outermost the statement itself, if it writes to one
 */
record CaptureText(
    TokenRun run, int verb, List<QueryWrite> queries, @Nullable CapturedWrite outermost) {

  /** A query of a {@code WITH} list, and its write. */
  record QueryWrite(WithQuery query, CapturedWrite write) {}

  /** The statement that writes and journals. */
  Spliced journaling() {
    Spliced text = new Spliced(run.text());
    queries.forEach(query -> splice(text, query));
    return outermost == null ? text : outermost(text, outermost);
  }

  /**
   * The write gets a name of ours; what the application's name stood for comes after it: the rows
   * that it is to see or, where it sees none, the insert into the journal, so that the name stands
   * for a query without rows as before.
   */
  private void splice(Spliced text, QueryWrite of) {
    WithQuery query = of.query();
    CapturedWrite write = of.write();
    text.insert(run.startOf(query.name()), write.opening()).skipTo(run.endOf(query.open()));
    write.extend(text);
    text.insert(run.endOf(query.close() - 1), ")" + write.journalOldQuery() + ", ")
        .repeat(run.startOf(query.name()), run.endOf(query.open()))
        .skipTo(run.endOf(query.close()));
    text.insert(
        run.endOf(query.close()),
        write.returned().isNothing()
            ? write.journal() + ")"
            : write.selectReturned() + "), " + journalQuery(write));
  }

  private static String journalQuery(CapturedWrite write) {
    return write.alias().journal() + " AS (" + write.journal() + ")";
  }

  private Spliced outermost(Spliced text, CapturedWrite write) {
    if (verb == 0) {
      text.insert(run.startOf(0), "WITH " + write.opening());
    } else {
      text.insert(run.endOf(verb - 1), ", " + write.opening());
    }
    write.extend(text);
    Returned returned = write.returned();
    String rest =
        returned.isNothing()
            ? " " + write.journal()
            : ", " + journalQuery(write) + " " + write.selectReturned() + write.mark();
    return text.insert(run.endOf(run.size() - 1), ")" + write.journalOldQuery() + rest);
  }

  /** For {@code BEST_EFFORT}: see {@link CapturePlan.Captured#returningKeys}. */
  @Nullable String returningKeys() {
    return outermost == null || !queries.isEmpty() ? null : outermost.returningKeys();
  }
}
