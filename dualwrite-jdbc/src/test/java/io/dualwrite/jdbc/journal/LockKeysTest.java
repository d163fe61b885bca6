package io.dualwrite.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LockKeysTest {
  @Test
  void keysAreFarFromTheNumbersThatApplicationsLockBy() {
    Set<Long> keys = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      long key = LockKeys.of("migration", "public.t" + i);
      assertThat(key).isGreaterThanOrEqualTo(1L << 62);
      keys.add(key);
    }
    assertThat(keys).hasSize(10_000);
  }

  @Test
  void scopesAndNamesTellKeysApart() {
    assertThat(LockKeys.of("a", "public.t"))
        .isEqualTo(LockKeys.of("a", "public.t"))
        .isNotEqualTo(LockKeys.of("b", "public.t"))
        .isNotEqualTo(LockKeys.of("a", "public.u"));
  }
}
