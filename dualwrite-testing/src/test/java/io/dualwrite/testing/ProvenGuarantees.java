package io.dualwrite.testing;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * Which guarantees the tests in some source files name. Only what runs counts: a method or field
 * with a test annotation, or a class with one in it, none of them disabled.
 */
final class ProvenGuarantees extends TreeScanner<Void, Void> {

  private static final Set<String> TEST_ANNOTATIONS =
      Set.of(
          "Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "ArchTest");

  private final SortedMap<String, Set<String>> testsByGuarantee = new TreeMap<>();
  private String testClass = "";
  private boolean disabled;
  private boolean hasTest;

  private ProvenGuarantees() {}

  /** The tests, as {@code Class.method}, by the guarantee that they name. */
  static SortedMap<String, Set<String>> in(Collection<? extends JavaFileObject> sources)
      throws IOException {
    ProvenGuarantees scan = new ProvenGuarantees();
    if (sources.isEmpty()) {
      return scan.testsByGuarantee;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, sources);
    for (CompilationUnitTree unit : task.parse()) {
      scan.scan(unit, null);
    }
    return scan.testsByGuarantee;
  }

  @Override
  public Void visitClass(ClassTree tree, Void unused) {
    String outerName = testClass;
    boolean outerDisabled = disabled;
    boolean outerHasTest = hasTest;
    testClass = outerName.isEmpty() ? name(tree) : outerName + "." + name(tree);
    disabled = outerDisabled || has(tree.getModifiers(), Set.of("Disabled"));
    hasTest = false;
    super.visitClass(tree, null);
    if (hasTest) {
      prove(tree.getModifiers(), testClass);
    }
    testClass = outerName;
    disabled = outerDisabled;
    hasTest |= outerHasTest;
    return null;
  }

  @Override
  public Void visitMethod(MethodTree tree, Void unused) {
    visitMember(tree.getModifiers(), tree.getName().toString());
    return super.visitMethod(tree, null);
  }

  @Override
  public Void visitVariable(VariableTree tree, Void unused) {
    visitMember(tree.getModifiers(), tree.getName().toString());
    return super.visitVariable(tree, null);
  }

  private void visitMember(ModifiersTree modifiers, String member) {
    if (has(modifiers, TEST_ANNOTATIONS) && !disabled && !has(modifiers, Set.of("Disabled"))) {
      hasTest = true;
      prove(modifiers, testClass + "." + member);
    }
  }

  private void prove(ModifiersTree modifiers, String test) {
    for (AnnotationTree annotation : modifiers.getAnnotations()) {
      if (simpleName(annotation).equals("Guarantee")) {
        annotation.getArguments().forEach(argument -> prove(argument, test));
      }
    }
  }

  private void prove(ExpressionTree value, String test) {
    if (value instanceof AssignmentTree assignment) {
      prove(assignment.getExpression(), test);
    } else if (value instanceof NewArrayTree array) {
      array.getInitializers().forEach(element -> prove(element, test));
    } else if (value instanceof LiteralTree literal) {
      testsByGuarantee
          .computeIfAbsent(literal.getValue().toString(), key -> new TreeSet<>())
          .add(test);
    } else {
      throw new AssertionError(test + ": @Guarantee takes string literals, not " + value);
    }
  }

  private static boolean has(ModifiersTree modifiers, Set<String> annotations) {
    return modifiers.getAnnotations().stream()
        .anyMatch(annotation -> annotations.contains(simpleName(annotation)));
  }

  private static String simpleName(AnnotationTree annotation) {
    Tree type = annotation.getAnnotationType();
    return type.toString().substring(type.toString().lastIndexOf('.') + 1);
  }

  private static String name(ClassTree tree) {
    return tree.getSimpleName().toString();
  }
}
