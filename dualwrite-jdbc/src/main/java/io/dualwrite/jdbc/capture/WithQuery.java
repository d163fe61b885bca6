package io.dualwrite.jdbc.capture;

/**
 * A query of a {@code WITH} list, by the indexes of its tokens.
 *
 * @param name its name
 * @param open the parenthesis that it stands in
 * @param close the one that closes it
 */
record WithQuery(int name, int open, int close) {}
