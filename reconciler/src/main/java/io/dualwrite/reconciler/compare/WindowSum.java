package io.dualwrite.reconciler.compare;

/**
 * The count and the checksum of some rows; rows in another order give the same.
 *
 * @param rows how many there are
 * @param digest a sum and an exclusive or over the rows' hashes: neither alone sees every change
 */
public record WindowSum(long rows, String digest) {
  static final WindowSum NONE = new WindowSum(0, "");
}
