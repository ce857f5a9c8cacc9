package org.postroom.storage;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.library.dependencies.SliceRule;
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
}
