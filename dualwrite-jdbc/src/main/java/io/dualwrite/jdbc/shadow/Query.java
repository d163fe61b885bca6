package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.capture.QueryText;
import io.dualwrite.jdbc.shadow.QueryAnswer.Compared;
import java.sql.SQLException;
import java.util.List;

/** A query that can be compared, and how. */
record Query(QueryText text, ShadowRead read, Eligibility.Granted how) {

  /** The mirrored tables that it reads. */
  List<String> tables() {
    return how.tables();
  }

  /** Runs it, with its columns in that order; empty: in their own. */
  RowDigest on(ReadTransaction side, List<String> columns) throws SQLException {
    return side.run(read, columns, how.withoutFloats());
  }

  /** The answers as far as both can be compared. */
  Answers answers(RowDigest primary, RowDigest secondary) {
    Compared compared =
        primary.isHashed() && secondary.isHashed() ? how.compared() : Compared.COUNT;
    String name = text.fingerprint();
    return new Answers(
        primary.answer(name, text.text(), compared), secondary.answer(name, text.text(), compared));
  }
}
