package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.shadow.QueryAnswer.Compared;
import java.util.List;

/** Whether a query can be compared. */
sealed interface Eligibility {

  /**
   * It can.
   *
   * @param tables the mirrored tables that it reads
   * @param compared how far
   * @param withoutFloats whether floating-point numbers are left out
   */
  record Granted(List<String> tables, Compared compared, boolean withoutFloats)
      implements Eligibility {
    public Granted {
      tables = List.copyOf(tables);
    }
  }

  /**
   * It cannot.
   *
   * @param reason for people; holds no values
   */
  record Refused(String reason) implements Eligibility {}
}
