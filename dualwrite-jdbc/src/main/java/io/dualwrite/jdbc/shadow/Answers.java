package io.dualwrite.jdbc.shadow;

/** The answers of both sides to one query. */
record Answers(QueryAnswer primary, QueryAnswer secondary) {}
