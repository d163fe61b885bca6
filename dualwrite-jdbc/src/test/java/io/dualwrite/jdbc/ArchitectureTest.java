package io.dualwrite.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which way the packages depend. */
@AnalyzeClasses(packages = "io.dualwrite.jdbc", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.dualwrite.jdbc.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theReconcilerIsNotKnownHere =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.dualwrite.reconciler..");

  @ArchTest
  static final ArchRule captureKnowsNothingOfWhatRunsIt =
      noClasses()
          .that()
          .resideInAPackage("..jdbc.capture..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..jdbc.wrap..", "..jdbc.runtime..", "..jdbc.delivery..", "..jdbc.copy..");

  @ArchTest
  static final ArchRule nothingTestOnlyIsUsed =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.dualwrite.testing..",
              "org.junit..",
              "org.testcontainers..",
              "io.zonky..",
              "ch.qos.logback..");
}
