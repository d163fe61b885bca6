package io.dualwrite.codegen;

import java.util.List;
import java.util.stream.Collectors;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.TypeParameterElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Types;

/** The text of one forwarding class. */
final class ForwardingSource {
  private final ProcessingEnvironment environment;
  private final ForwardingRequest request;
  private final RecordedCalls recorded;
  private final StringBuilder out = new StringBuilder();

  ForwardingSource(ProcessingEnvironment environment, ForwardingRequest request) {
    this.environment = environment;
    this.request = request;
    this.recorded = new RecordedCalls(request);
  }

  private String name() {
    return "Forwarding" + request.type().getSimpleName();
  }

  String qualifiedName(PackageElement target) {
    return target.isUnnamed() ? name() : target.getQualifiedName() + "." + name();
  }

  String text(PackageElement target) {
    String type = request.type().getQualifiedName().toString();
    if (!target.isUnnamed()) {
      line("package ", target.getQualifiedName().toString(), ";");
    }
    line("/** Hands every call to another {@link ", type, "}. */");
    annotateIfPresent(
        "javax.annotation.processing.Generated",
        "(\"" + ForwardingProcessor.class.getName() + "\")");
    annotateIfPresent("org.jspecify.annotations.NullUnmarked", "");
    line("@SuppressWarnings({\"deprecation\", \"removal\", \"unchecked\"})");
    if (request.beside().isPresent()) {
      besides(type, request.beside().get());
      return out.toString();
    }
    line("abstract class ", name(), " implements ", type, " {");
    line("  /** What answers. */");
    line(request.replaceable() ? "  " : "  final ", type, " delegate;");
    line("  ", name(), "(", type, " delegate) {");
    line("    this.delegate = delegate;");
    line("  }");
    for (TypeMirror wrapped : request.wrapped()) {
      line("  /** What the caller gets in place of a result (which may be null). */");
      line(
          "  abstract ",
          wrapped.toString(),
          " wrapped(",
          wrapped.toString(),
          " result) throws java.sql.SQLException;");
    }
    for (ExecutableElement method :
        InterfaceMethods.of(request.type(), environment.getTypeUtils())) {
      method(method);
    }
    if (request.recorded()) {
      out.append(recorded.replay());
    }
    line("}");
    return out.toString();
  }

  private void besides(String type, TypeElement known) {
    String as = "as" + request.type().getSimpleName() + "()";
    line("interface ", name(), " extends ", type, " {");
    line("  /** What answers. */");
    line("  ", type, " ", as, ";");
    Types types = environment.getTypeUtils();
    for (ExecutableElement method : InterfaceMethods.beyond(request.type(), known, types)) {
      head("default ", method);
      boolean empty = method.getReturnType().getKind() == TypeKind.VOID;
      line(
          empty ? "    " : "    return ",
          as,
          ".",
          call(method).substring("delegate.".length()),
          ";");
      line("  }");
    }
    line("}");
  }

  /** The first line of a method, and what it answers. */
  private ExecutableType head(String modifiers, ExecutableElement method) {
    ExecutableType here =
        (ExecutableType)
            environment.getTypeUtils().asMemberOf((DeclaredType) request.type().asType(), method);
    line();
    line("  @Override");
    line(
        "  ",
        modifiers,
        typeParameters(method),
        here.getReturnType().toString(),
        " ",
        method.getSimpleName().toString(),
        parameters(method, here.getParameterTypes()),
        thrown(here),
        " {");
    return here;
  }

  private void method(ExecutableElement method) {
    Types types = environment.getTypeUtils();
    TypeMirror result = head("public ", method).getReturnType();
    if (String.valueOf(method.getEnclosingElement()).equals("java.sql.Wrapper")) {
      ask(method);
    } else if (request.recorded() && recorded.isRecorded(method)) {
      out.append(recorded.body(method));
    } else if (result.getKind() == TypeKind.VOID) {
      line("    ", call(method), ";");
    } else if (request.wrapped().stream().anyMatch(type -> types.isSameType(type, result))) {
      line("    return wrapped(", call(method), ");");
    } else {
      line("    return ", call(method), ";");
    }
    line("  }");
    if (method.getSimpleName().contentEquals("unwrap")) {
      line();
      line("  /** Called before an inner object is handed out. */");
      line("  void unwrapping(Class<?> type) throws java.sql.SQLException {}");
    }
  }

  private void ask(ExecutableElement method) {
    String type = method.getParameters().get(0).getSimpleName().toString();
    if (method.getSimpleName().contentEquals("unwrap")) {
      line("    if (", type, ".isInstance(this)) {");
      line("      return ", type, ".cast(this);");
      line("    }");
      line("    unwrapping(", type, ");");
      line("    return ", call(method), ";");
    } else {
      line("    return ", type, ".isInstance(this) || ", call(method), ";");
    }
  }

  private static String call(ExecutableElement method) {
    return method.getParameters().stream()
        .map(parameter -> parameter.getSimpleName().toString())
        .collect(Collectors.joining(", ", "delegate." + method.getSimpleName() + "(", ")"));
  }

  private static String parameters(
      ExecutableElement method, List<? extends TypeMirror> parameterTypes) {
    int last = method.getParameters().size() - 1;
    StringBuilder list = new StringBuilder("(");
    for (int i = 0; i <= last; i++) {
      TypeMirror type = parameterTypes.get(i);
      boolean variable = i == last && method.isVarArgs();
      list.append(i == 0 ? "" : ", ")
          .append(variable ? ((ArrayType) type).getComponentType() + "..." : type.toString())
          .append(' ')
          .append(method.getParameters().get(i).getSimpleName());
    }
    return list.append(')').toString();
  }

  private static String typeParameters(ExecutableElement method) {
    if (method.getTypeParameters().isEmpty()) {
      return "";
    }
    return method.getTypeParameters().stream()
        .map(ForwardingSource::typeParameter)
        .collect(Collectors.joining(", ", "<", "> "));
  }

  private static String typeParameter(TypeParameterElement parameter) {
    List<? extends TypeMirror> bounds = parameter.getBounds();
    return parameter
        + bounds.stream()
            .map(TypeMirror::toString)
            .collect(Collectors.joining(" & ", " extends ", ""));
  }

  private static String thrown(ExecutableType method) {
    if (method.getThrownTypes().isEmpty()) {
      return "";
    }
    return method.getThrownTypes().stream()
        .map(TypeMirror::toString)
        .collect(Collectors.joining(", ", " throws ", ""));
  }

  private void annotateIfPresent(String annotation, String arguments) {
    if (environment.getElementUtils().getTypeElement(annotation) != null) {
      line("@", annotation, arguments);
    }
  }

  private void line(String... parts) {
    for (String part : parts) {
      out.append(part);
    }
    out.append('\n');
  }
}
