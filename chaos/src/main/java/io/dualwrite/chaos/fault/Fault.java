package io.dualwrite.chaos.fault;

/** Something that goes wrong for a while. */
public interface Fault {

  FaultKind kind();

  /** Makes it go wrong. */
  void begin() throws Exception;

  /** Makes it right again, however far it had got. */
  void end() throws Exception;

  /** A fault of two actions. */
  static Fault of(FaultKind kind, Action begin, Action end) {
    return new Fault() {
      @Override
      public FaultKind kind() {
        return kind;
      }

      @Override
      public void begin() throws Exception {
        begin.run();
      }

      @Override
      public void end() throws Exception {
        end.run();
      }
    };
  }

  /** What is done. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }
}
