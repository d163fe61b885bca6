package io.dualwrite.codegen;

import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/**
 * Calls that set something by position, each with a number of its own. Its arguments go into one
 * {@code long} (one primitive, or two {@code int}) and two references, so that noting a call
 * allocates nothing.
 */
final class RecordedCalls {
  private final ForwardingRequest request;
  private final List<String> replays = new ArrayList<>();

  RecordedCalls(ForwardingRequest request) {
    this.request = request;
  }

  boolean isRecorded(ExecutableElement method) {
    return request.type().equals(method.getEnclosingElement())
        && method.getSimpleName().toString().startsWith("set")
        && method.getParameters().size() > 1
        && method.getParameters().get(0).asType().getKind() == TypeKind.INT;
  }

  String body(ExecutableElement method) {
    String position = method.getParameters().get(0).getSimpleName().toString();
    List<VariableElement> primitives = new ArrayList<>();
    List<VariableElement> references = new ArrayList<>();
    StringBuilder call = new StringBuilder(method.getSimpleName()).append('(').append(position);
    StringBuilder replay = new StringBuilder(method.getSimpleName()).append("(position");
    boolean two =
        method.getParameters().stream()
                .skip(1)
                .filter(p -> p.asType().getKind().isPrimitive())
                .count()
            > 1;
    for (VariableElement parameter :
        method.getParameters().subList(1, method.getParameters().size())) {
      call.append(", ").append(parameter.getSimpleName());
      if (parameter.asType().getKind().isPrimitive()) {
        primitives.add(parameter);
        replay.append(", ").append(fromBits(parameter.asType(), two, primitives.size()));
      } else {
        references.add(parameter);
        String cast =
            parameter.asType().toString().equals("java.lang.Object")
                ? ""
                : "(" + parameter.asType() + ") ";
        replay.append(", ").append(cast).append(references.size() == 1 ? "first" : "second");
      }
    }
    if (references.size() > 2 || primitives.size() > 2) {
      throw new IllegalArgumentException(method + " has more arguments than can be recorded");
    }
    replays.add(replay.append(')').toString());
    StringBuilder body = new StringBuilder();
    if (!references.isEmpty() && mayBeAnything(references.get(0).asType())) {
      String value = references.get(0).getSimpleName().toString();
      body.append("    ").append(value).append(" = beforeSet(").append(value).append(");\n");
    }
    return body.append("    delegate.")
        .append(call)
        .append(");\n")
        .append("    afterSet(")
        .append(position)
        .append(", ")
        .append(replays.size() - 1)
        .append(", ")
        .append(bits(primitives))
        .append(", ")
        .append(references.isEmpty() ? "null" : references.get(0).getSimpleName())
        .append(", ")
        .append(references.size() < 2 ? "null" : references.get(1).getSimpleName())
        .append(");\n")
        .toString();
  }

  /**
   * Whether the declared type leaves open what the object is: not so a {@code String} or a {@code
   * Timestamp}.
   */
  private static boolean mayBeAnything(TypeMirror type) {
    if (!(type instanceof DeclaredType declared)) {
      return false;
    }
    return declared.asElement().getKind() == ElementKind.INTERFACE
        || declared.asElement().getModifiers().contains(Modifier.ABSTRACT)
        || declared.toString().equals("java.lang.Object");
  }

  private static String bits(List<VariableElement> primitives) {
    if (primitives.isEmpty()) {
      return "0L";
    }
    CharSequence first = primitives.get(0).getSimpleName();
    if (primitives.size() == 2) {
      return "((long) "
          + first
          + " << 32) | ("
          + primitives.get(1).getSimpleName()
          + " & 0xffffffffL)";
    }
    return switch (primitives.get(0).asType().getKind()) {
      case BOOLEAN -> first + " ? 1L : 0L";
      case FLOAT -> "Float.floatToRawIntBits(" + first + ")";
      case DOUBLE -> "Double.doubleToRawLongBits(" + first + ")";
      default -> first.toString();
    };
  }

  private static String fromBits(TypeMirror type, boolean two, int ordinal) {
    if (two) {
      if (type.getKind() != TypeKind.INT) {
        throw new IllegalArgumentException("Only two int fit into one long, not " + type);
      }
      return ordinal == 1 ? "(int) (bits >>> 32)" : "(int) bits";
    }
    return switch (type.getKind()) {
      case BOOLEAN -> "bits != 0";
      case FLOAT -> "Float.intBitsToFloat((int) bits)";
      case DOUBLE -> "Double.longBitsToDouble(bits)";
      case LONG -> "bits";
      default -> "(" + type + ") bits";
    };
  }

  String replay() {
    StringBuilder out = new StringBuilder();
    out.append(
        "\n  /** The value to set in place of one whose declared type leaves open what it is. */\n");
    out.append("  abstract <V> V beforeSet(V value) throws java.sql.SQLException;\n");
    out.append(
        "\n  /** Called when a value was set; {@link #replay} takes the same arguments. */\n");
    out.append(
        "  abstract void afterSet(int position, int setter, long bits, Object first, Object second) throws java.sql.SQLException;\n");
    out.append("\n  /** Makes a recorded call again. */\n");
    out.append("  static void replay(")
        .append(request.type().getQualifiedName())
        .append(
            " to, int position, int setter, long bits, Object first, Object second) throws java.sql.SQLException {\n");
    out.append("    switch (setter) {\n");
    for (int i = 0; i < replays.size(); i++) {
      out.append("      case ").append(i).append(" -> to.").append(replays.get(i)).append(";\n");
    }
    out.append(
        "      default -> throw new IllegalArgumentException(\"No setter has the number \" + setter);\n");
    out.append("    }\n  }\n");
    return out.toString();
  }
}
