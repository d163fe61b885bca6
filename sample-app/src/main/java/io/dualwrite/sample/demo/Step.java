package io.dualwrite.sample.demo;

import java.util.List;

/** A step of the migration. */
interface Step {

  /** What is done, in a few words. */
  String title();

  /**
   * Does it and checks it.
   *
   * @return what came of it, in figures, line by line
   */
  List<String> play(Stage stage, Claims claims) throws Exception;
}
