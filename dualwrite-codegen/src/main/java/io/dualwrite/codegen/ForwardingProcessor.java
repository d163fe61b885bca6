package io.dualwrite.codegen;

import java.io.IOException;
import java.io.Writer;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

/** Writes one class for each {@link Forwarding} on a package. */
@SupportedAnnotationTypes({
  "io.dualwrite.codegen.Forwarding",
  "io.dualwrite.codegen.Forwarding.All"
})
public final class ForwardingProcessor extends AbstractProcessor {
  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (TypeElement annotation : annotations) {
      for (Element annotated : round.getElementsAnnotatedWith(annotation)) {
        if (annotated instanceof PackageElement target) {
          for (ForwardingRequest request : ForwardingRequest.of(target)) {
            generate(target, request);
          }
        }
      }
    }
    return true;
  }

  private void generate(PackageElement target, ForwardingRequest request) {
    TypeElement type = request.type();
    if (!type.getKind().isInterface() || !type.getTypeParameters().isEmpty()) {
      processingEnv
          .getMessager()
          .printMessage(
              Diagnostic.Kind.ERROR, type + " is not an interface without type parameters", target);
      return;
    }
    ForwardingSource source = new ForwardingSource(processingEnv, request);
    try (Writer writer =
        processingEnv
            .getFiler()
            .createSourceFile(source.qualifiedName(target), target)
            .openWriter()) {
      writer.write(source.text(target));
    } catch (IOException e) {
      processingEnv
          .getMessager()
          .printMessage(
              Diagnostic.Kind.ERROR,
              "Cannot write the class that forwards " + type + ": " + e,
              target);
    }
  }
}
