package io.dualwrite.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;

/** One {@link Forwarding} as the compiler holds it: with types in place of classes. */
record ForwardingRequest(
    TypeElement type,
    List<TypeMirror> wrapped,
    boolean replaceable,
    boolean recorded,
    Optional<TypeElement> beside) {

  /** All those on an element, whether alone or several. */
  static List<ForwardingRequest> of(Element annotated) {
    List<ForwardingRequest> requests = new ArrayList<>();
    for (AnnotationMirror annotation : annotated.getAnnotationMirrors()) {
      String name = annotation.getAnnotationType().toString();
      if (name.equals(Forwarding.class.getCanonicalName())) {
        requests.add(of(annotation));
      } else if (name.equals(Forwarding.All.class.getCanonicalName())) {
        for (AnnotationValue value : list(member(annotation, "value"))) {
          requests.add(of((AnnotationMirror) value.getValue()));
        }
      }
    }
    return requests;
  }

  private static ForwardingRequest of(AnnotationMirror annotation) {
    AnnotationValue type = member(annotation, "value");
    AnnotationValue wrapped = member(annotation, "wrapped");
    TypeMirror beside = (TypeMirror) member(annotation, "beside").getValue();
    return new ForwardingRequest(
        (TypeElement) ((DeclaredType) type.getValue()).asElement(),
        list(wrapped).stream().map(value -> (TypeMirror) value.getValue()).toList(),
        (Boolean) member(annotation, "replaceable").getValue(),
        (Boolean) member(annotation, "recorded").getValue(),
        beside instanceof DeclaredType declared
            ? Optional.of((TypeElement) declared.asElement())
            : Optional.empty());
  }

  @SuppressWarnings("unchecked")
  private static List<? extends AnnotationValue> list(AnnotationValue value) {
    return (List<? extends AnnotationValue>) value.getValue();
  }

  /** A member's value or its default. */
  private static AnnotationValue member(AnnotationMirror annotation, String name) {
    for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
        annotation.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(name)) {
        return entry.getValue();
      }
    }
    for (Element member : annotation.getAnnotationType().asElement().getEnclosedElements()) {
      if (member instanceof ExecutableElement method
          && method.getSimpleName().contentEquals(name)) {
        return Objects.requireNonNull(method.getDefaultValue());
      }
    }
    throw new IllegalArgumentException(annotation + " has no member " + name);
  }
}
