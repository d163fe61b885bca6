package io.dualwrite.codegen;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Types;

/**
 * Every method that an object of an interface answers, once each, as the most specific interface
 * declares it.
 */
final class InterfaceMethods {
  private final Types types;
  private final Map<String, ExecutableElement> methods = new LinkedHashMap<>();

  private InterfaceMethods(Types types) {
    this.types = types;
  }

  static Collection<ExecutableElement> of(TypeElement type, Types types) {
    InterfaceMethods found = new InterfaceMethods(types);
    found.add(type);
    return found.methods.values();
  }

  /** Those of the first interface that an object of the second does not answer. */
  static Collection<ExecutableElement> beyond(TypeElement type, TypeElement known, Types types) {
    InterfaceMethods found = new InterfaceMethods(types);
    found.add(type);
    InterfaceMethods there = new InterfaceMethods(types);
    there.add(known);
    found.methods.keySet().removeAll(there.methods.keySet());
    return found.methods.values();
  }

  private void add(TypeElement type) {
    for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
      if (!method.getModifiers().contains(Modifier.STATIC)
          && !method.getModifiers().contains(Modifier.PRIVATE)) {
        methods.putIfAbsent(signature(method), method);
      }
    }
    for (TypeMirror parent : type.getInterfaces()) {
      add((TypeElement) ((DeclaredType) parent).asElement());
    }
  }

  private String signature(ExecutableElement method) {
    return method.getParameters().stream()
        .map(parameter -> types.erasure(parameter.asType()).toString())
        .collect(Collectors.joining(",", method.getSimpleName() + "(", ")"));
  }
}
