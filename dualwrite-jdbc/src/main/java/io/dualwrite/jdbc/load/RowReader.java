package io.dualwrite.jdbc.load;

/**
 * Takes the data of a load as it comes, in pieces cut anywhere, and gives the fields that are
 * wanted of each row.
 */
interface RowReader {
  /** Takes some more. */
  void read(byte[] data, int offset, int length);

  /** There is no more. */
  void end();

  /** Takes the wanted fields of one row. */
  interface Rows {
    /**
     * One row.
     *
     * @param fields in the order of the wanted columns; an element is null where the field says
     *     null, or says nothing that names a row
     */
    void row(byte[][] fields);
  }
}
