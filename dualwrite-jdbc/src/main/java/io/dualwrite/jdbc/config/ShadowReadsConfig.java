package io.dualwrite.jdbc.config;

/**
 * Reads that are repeated on the secondary and compared.
 *
 * @param sampleRate the share of reads, 0 to 1
 */
public record ShadowReadsConfig(double sampleRate) {

  /** None. */
  public static final ShadowReadsConfig OFF = new ShadowReadsConfig(0);

  public ShadowReadsConfig {
    Check.that(
        sampleRate >= 0 && sampleRate <= 1,
        "shadow-reads.sample-rate must be between 0 and 1, was " + sampleRate);
  }
}
