package io.dualwrite.jdbc.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreparedIdTest {
  private static final Instant SINCE = Instant.parse("2026-11-21T08:00:00.123456Z");

  @Test
  void isReadAsItWasWritten() {
    PreparedId id =
        PreparedId.of("orders", "7563412.16384", "742", SINCE, SINCE.plusNanos(2_001_000));
    assertThat(id.text())
        .startsWith(PreparedId.prefix("orders"))
        .endsWith(":742:1795248000123456:2001");
    assertThat(PreparedId.parse(id.text())).contains(id);
  }

  @Test
  void isShortAndWithoutQuotesWhateverTheNumbersAre() {
    String most = Long.toUnsignedString(-1);
    PreparedId id =
        PreparedId.of(
            "it's \"quoted\" " + "x".repeat(300),
            most + "." + 4294967295L,
            most,
            SINCE,
            Instant.parse("2100-12-31T23:59:59Z"));
    assertThat(id.text()).hasSizeLessThan(200).matches("[a-z0-9:.]+");
    assertThat(PreparedId.parse(id.text())).contains(id);
  }

  @Test
  void aClockThatWasSetBackIsNoReasonToFail() {
    PreparedId id = PreparedId.of("m", "1.1", "5", SINCE, SINCE.minusSeconds(3));
    assertThat(id.until()).isEqualTo(SINCE);
  }

  @Test
  void otherNamesAreNotTakenForOurs() {
    for (String other :
        List.of(
            "",
            "a",
            "dualwrite:",
            "dualwrite:0123456789abcdef:1.1:5",
            "dualwrite:0123456789abcdef:1.1:5:6:99999999999999999999")) {
      assertThat(PreparedId.parse(other)).as(other).isEmpty();
    }
  }
}
