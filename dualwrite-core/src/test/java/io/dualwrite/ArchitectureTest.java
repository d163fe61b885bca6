package io.dualwrite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

@AnalyzeClasses(packages = "io.dualwrite", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  /** Every public type is a promise to users: one more is a decision, made by adding it here. */
  private static final Set<String> PUBLIC =
      Set.of(
          "CircuitBreakerSettings",
          "Compensation",
          "Compensation$FailedWrite",
          "Copier",
          "Delivery",
          "DualWriteException",
          "DualWriteMetrics",
          "DualWriter",
          "DualWriterBuilder",
          "Durations",
          "FailurePolicy",
          "FailureReason",
          "JournalWriteException",
          "Key",
          "KeyFormat",
          "KillSwitch",
          "KillSwitchMonitor",
          "KillSwitchMonitor$Builder",
          "KillSwitchMonitor$Listener",
          "ManualKillSwitch",
          "MismatchListener",
          "MissedWriteListener",
          "Phase",
          "Read",
          "RetrySettings",
          "SecondarySettings",
          "SecondaryWriteException",
          "ShadowComparator",
          "ShadowMismatch",
          "ShadowOutcome",
          "Side",
          "StoreAction",
          "StoreCall",
          "Write",
          "WriteOutcome",
          "journal.InMemoryJournal",
          "journal.Journal",
          "journal.JournalEntry",
          "journal.JournalFullException");

  @ArchTest
  static final ArchRule KNOWS_NO_JDBC =
      noClasses()
          .that(inCore())
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "io.dualwrite.jdbc..");

  @ArchTest
  static final ArchRule PUBLIC_TYPES_ARE_DECISIONS =
      classes()
          .that(inCore())
          .and()
          .arePublic()
          .should(
              new com.tngtech.archunit.lang.ArchCondition<>("be listed here") {
                @Override
                public void check(
                    JavaClass type, com.tngtech.archunit.lang.ConditionEvents events) {
                  String name = type.getName().substring("io.dualwrite.".length());
                  if (!PUBLIC.contains(name)) {
                    events.add(
                        com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                            type, name + " is public"));
                  }
                }
              });

  @ArchTest
  static final ArchRule NOBODY_SLEEPS_ON_THE_APPLICATIONS_THREAD =
      noClasses().that(inCore()).should().callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule PACKAGE_JOURNAL_KNOWS_LITTLE =
      noClasses()
          .that()
          .resideInAPackage("io.dualwrite.journal")
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<>("are writers") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getPackageName().equals("io.dualwrite")
                      && !type.getSimpleName().equals("Side");
                }
              });

  private static DescribedPredicate<JavaClass> inCore() {
    return new DescribedPredicate<>("are of dualwrite-core") {
      @Override
      public boolean test(JavaClass type) {
        return type.getPackageName().equals("io.dualwrite")
            || type.getPackageName().equals("io.dualwrite.journal");
      }
    };
  }
}
