package io.dualwrite.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  private final Claims claims = new Claims();

  @Test
  void whatHoldsIsNotMentioned() {
    claims.that(true, "no");
    claims.same("flights", "3", "3");
    assertThat(claims.broken()).isEmpty();
  }

  @Test
  void whatDoesNotHoldIsSaidInFigures() {
    claims.that(false, "%,d of %,d are there", 1_999, 2_000);
    claims.same("flights", "3 flights", "4 flights");
    assertThat(claims.broken())
        .isEqualTo(
            List.of(
                "1,999 of 2,000 are there",
                "flights: the old server holds 3 flights, the new one 4 flights"));
  }
}
