package org.postroom.storage;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-storage. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("storage", "core");
  }

  @Override
  protected SliceRule oneWay() {
    // The store's inside is told the place as the door was told it, and says what is wrong.
    return super.oneWay()
        .ignoreDependency(
            resideInAnyPackage("org.postroom.storage.sql"),
            belongToAnyOf(Storage.class, StorageFault.class));
  }

  /**
   * What a unit of work changes is repeated from the journal after a crash, or it is lost. So rows
   * are changed through {@code Prepared} alone, but for what opens, migrates and saves the database
   * itself, and for an application's own transaction, which is none of ours; and a unit sees no
   * connection that it could do otherwise with.
   */
  @Test
  void rowsAreChangedThroughWhatTheJournalRepeats() {
    Set<String> below =
        Set.of(
            "Prepared",
            "Redo",
            "Database",
            "FolderOrigin",
            "H2",
            "HostTransaction",
            "PostgresOrigin",
            "Schema",
            "Respelling");
    DescribedPredicate<JavaCall<?>> changesRows =
        describe(
            "change rows by JDBC",
            call ->
                call.getTargetOwner().getPackageName().equals("java.sql")
                    && call.getName().startsWith("execute")
                    && !call.getName().equals("executeQuery"));
    noClasses()
        .that(
            describe(
                "are not of those that open and save the database",
                (JavaClass each) -> !below.contains(outermost(each))))
        .should(callMethodWhere(changesRows))
        .check(classes());
    Set<String> owners =
        Set.of(
            "Statements",
            "Database",
            "Standing",
            "StoreOpening",
            "Committer",
            "Origin",
            "FolderOrigin",
            "PostgresOrigin");
    noClasses()
        .that(
            describe(
                "do not own the committer's connection",
                (JavaClass each) ->
                    each.getPackageName().equals("org.postroom.storage.sql")
                        && !owners.contains(outermost(each))))
        .should(
            callMethodWhere(
                describe(
                    "ask for it",
                    (JavaCall<?> call) ->
                        call.getTargetOwner().getSimpleName().equals("Statements")
                            && call.getName().equals("connection"))))
        .check(classes());
  }

  private static String outermost(JavaClass each) {
    String name = each.getName().substring(each.getPackageName().length() + 1);
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }
}
