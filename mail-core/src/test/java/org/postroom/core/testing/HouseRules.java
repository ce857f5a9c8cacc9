package org.postroom.core.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callCodeUnitWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The rules of the house, read off a module's class files and sources. Each module has an {@code
 * ArchitectureTest} that adds what holds there alone; the build runs them before all other tests.
 */
@Tag("rules")
@TestInstance(Lifecycle.PER_CLASS)
public abstract class HouseRules {
  private static final Path CLASSES = Path.of("target", "classes");
  private static final int MOST_KNOWN = 30;
  private static final int MOST_IN_A_CIRCLE = 3;

  private final String module;
  private final Set<String> below;
  private final JavaClasses classes = new ClassFileImporter().importPath(CLASSES);

  /**
   * @param module the module's package below {@code org.postroom}
   * @param below the modules it may know
   */
  protected HouseRules(String module, String... below) {
    this.module = module;
    this.below = Set.of(below);
  }

  /** Classes of this module that know more than thirty others of ours; to be cut, each with why. */
  protected Set<String> knowVeryMany() {
    return Set.of();
  }

  /** Classes of this module that are in circles of more than three; to be cut, each with why. */
  protected Set<String> areInCircles() {
    return Set.of();
  }

  /** The shipped classes of this module. */
  protected final JavaClasses classes() {
    return classes;
  }

  /** Which dependencies between packages must not go in a circle. */
  protected SliceRule oneWay() {
    return slices().matching("org.postroom.(**)").should().beFreeOfCycles();
  }

  /**
   * Classes in packages {@code lower} do not know those in {@code upper}; names of packages here.
   */
  protected final void isBelow(String lower, String... upper) {
    noClasses()
        .that()
        .resideInAPackage("org.postroom." + lower)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                Stream.of(upper).map(name -> "org.postroom." + name).toArray(String[]::new)))
        .check(classes);
  }

  @Test
  void seesTheModuleAndNoTests() {
    assertThat(classes.containPackage("org.postroom." + module)).isTrue();
    assertThat(classes.containPackage("org.postroom.core.testing")).isFalse();
  }

  @Test
  void packagesDependOnEachOtherOneWay() {
    oneWay().check(classes);
  }

  @Test
  void noClassKnowsVeryMany() {
    assertThat(new ClassGraph(classes).knowingMoreThan(MOST_KNOWN).keySet())
        .containsExactlyInAnyOrderElementsOf(knowVeryMany());
  }

  @Test
  void circlesOfClassesAreSmall() {
    assertThat(new ClassGraph(classes).circlesOfMoreThan(MOST_IN_A_CIRCLE))
        .allSatisfy(circle -> assertThat(areInCircles()).containsAll(circle));
  }

  @Test
  void knowsOnlyWhatIsBelow() {
    String[] others =
        Stream.of("core", "storage", "smtp", "pop3", "imap", "dist", "testkit")
            .filter(other -> !other.equals(module) && !below.contains(other))
            .toArray(String[]::new);
    if (others.length > 0) {
      noClasses().should().dependOnClassesThat(resideInAnyPackage(all(others))).check(classes);
    }
  }

  @Test
  void sqlIsTheStoresAndTheNetworkTheWires() {
    noClasses()
        .that(resideOutsideOfPackages(all("storage", "dist")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..")
        .allowEmptyShould(true)
        .check(classes);
    noClasses()
        .that(resideOutsideOfPackages("org.postroom.core.wire"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(classes);
  }

  @Test
  void noDependencyShowsInWhatIsExported() {
    methods()
        .that()
        .areDeclaredInClassesThat(
            describe("may be seen by others", type -> isSeen(type) && !isForOthers(type)))
        .and(describe("may be called by others", HouseRules::isSeen))
        .should(speakOnlyOfOurAndTheJdksTypes())
        .check(classes);
  }

  @Test
  void packagesAreNamedForWhatTheyAre() {
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..common..", "..helper..", "..impl..", "..manager..")
        .check(classes);
  }

  @Test
  void packagesSayTheirRole() throws IOException {
    for (Path folder : packages()) {
      Path info = folder.resolve("package-info.java");
      assertThat(info).exists();
      assertThat(Files.readString(info)).startsWith("/**");
    }
  }

  @Test
  void nothingStaticChanges() {
    fields()
        .that()
        .areStatic()
        .and()
        .doNotHaveModifier(JavaModifier.SYNTHETIC)
        .should()
        .beFinal()
        .check(classes);
    fields()
        .that()
        .areStatic()
        .should()
        .notHaveRawType(describe("made to change", HouseRules::isMadeToChange))
        .check(classes);
  }

  @Test
  void onlyTheLauncherEndsTheJvm() {
    noClasses()
        .that(resideOutsideOfPackages("org.postroom.dist.applet"))
        .should(call("ends the JVM", Set.of("exit", "halt"), System.class, Runtime.class))
        .check(classes);
  }

  @Test
  void nothingHiddenConfigures() {
    noClasses()
        .that(resideOutsideOfPackages("org.postroom.dist.applet"))
        .should(
            call(
                "reads the environment",
                Set.of("getProperty", "getProperties", "getenv", "setProperty"),
                System.class))
        .orShould(call("reads a property", Set.of("getBoolean"), Boolean.class))
        .orShould(call("reads a property", Set.of("getInteger"), Integer.class))
        .orShould(call("reads a property", Set.of("getLong"), Long.class))
        .check(classes);
  }

  @Test
  void timeAndChanceComeIn() {
    noClasses()
        .that(resideOutsideOfPackages("org.postroom.dist..", "org.postroom.testkit.."))
        .should(call("asks for the time", Set.of("currentTimeMillis"), System.class))
        .orShould(callMethodWhere(isStaticOf("java.time", Set.of("now", "system", "systemUTC"))))
        .orShould(callCodeUnitWhere(makes(java.util.Random.class)))
        .orShould(callCodeUnitWhere(makes(java.security.SecureRandom.class)))
        .allowEmptyShould(true)
        .check(classes);
  }

  /** It looks for a mount point, and throws where there is none: in a chroot, for instance. */
  @Test
  void roomIsAskedOfTheFolder() {
    noClasses()
        .should(call("looks for a mount point", Set.of("getFileStore"), java.nio.file.Files.class))
        .check(classes);
  }

  @Test
  void nobodySleeps() throws IOException {
    noClasses().should(call("sleeps", Set.of("sleep"), Thread.class)).check(classes);
    Pattern sleep = Pattern.compile("\\bThread\\.sleep\\(|\\bTimeUnit\\.[A-Z]+\\.sleep\\(");
    assertThat(sources("src/test/java"))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern(sleep));
  }

  @Test
  void noMachinesCharsetOrLocaleMatters() {
    noClasses()
        .should(
            callCodeUnitWhere(
                describe("the JVM's charset or locale decides", HouseRules::asksTheJvm)))
        .check(classes);
  }

  private static boolean isSeen(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC);
  }

  /**
   * What joins JUnit, what is there for code that was written for other libraries, and what the
   * logging library makes by its name.
   */
  private static boolean isForOthers(JavaClass type) {
    return type.getPackageName().startsWith("org.postroom.testkit")
        || type.getPackageName().equals("org.postroom.smtp.subetha")
        || type.isAssignableTo("org.slf4j.spi.SLF4JServiceProvider");
  }

  private static boolean isSeen(JavaMethod method) {
    return method.getModifiers().contains(JavaModifier.PUBLIC);
  }

  private static ArchCondition<JavaMethod> speakOnlyOfOurAndTheJdksTypes() {
    return new ArchCondition<>("speak only of our and the JDK's types") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        Stream.concat(method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
            .map(JavaClass::getBaseComponentType)
            .filter(type -> !type.isPrimitive())
            .filter(type -> !type.getPackageName().startsWith("java"))
            .filter(type -> !type.getPackageName().startsWith("org.postroom."))
            .forEach(
                type ->
                    events.add(
                        SimpleConditionEvent.violated(
                            method, method.getFullName() + " shows " + type.getName())));
      }
    };
  }

  private static boolean isMadeToChange(JavaClass type) {
    return Stream.of(
                java.util.HashMap.class,
                java.util.ArrayList.class,
                java.util.HashSet.class,
                java.util.BitSet.class,
                java.util.Random.class,
                java.util.concurrent.ConcurrentMap.class,
                java.util.concurrent.Executor.class,
                java.util.concurrent.locks.Lock.class,
                java.util.Queue.class,
                StringBuilder.class,
                Thread.class,
                ThreadLocal.class)
            .anyMatch(type::isAssignableTo)
        || type.getPackageName().equals("java.util.concurrent.atomic");
  }

  private static ArchCondition<JavaClass> call(
      String what, Set<String> methods, Class<?>... owners) {
    return callMethodWhere(
        describe(
            what,
            call ->
                methods.contains(call.getName())
                    && Stream.of(owners).anyMatch(call.getTargetOwner()::isEquivalentTo)));
  }

  private static DescribedPredicate<JavaCall<?>> isStaticOf(String pack, Set<String> methods) {
    return describe(
        "asks the system's clock",
        call ->
            methods.contains(call.getName())
                && call.getTargetOwner().getPackageName().equals(pack)
                && call.getTarget().getRawParameterTypes().isEmpty());
  }

  private static DescribedPredicate<JavaCall<?>> makes(Class<?> type) {
    return describe(
        "makes a " + type.getSimpleName(),
        call -> call.getName().equals("<init>") && call.getTargetOwner().isEquivalentTo(type));
  }

  /** Calls whose outcome another charset or locale of the JVM would change. */
  private static boolean asksTheJvm(JavaCall<?> call) {
    JavaClass owner = call.getTargetOwner();
    List<JavaClass> given = call.getTarget().getRawParameterTypes();
    boolean saysWhich =
        given.stream()
            .anyMatch(
                type ->
                    type.isEquivalentTo(java.nio.charset.Charset.class)
                        || type.isEquivalentTo(java.util.Locale.class));
    // The old getBytes(int, int, byte[], int) knows no charset: it copies the low octets.
    if (saysWhich || !given.isEmpty() && given.get(0).isEquivalentTo(int.class)) {
      return false;
    }
    String method = owner.getSimpleName() + "." + call.getName();
    return switch (method) {
      case "Charset.defaultCharset",
          "Locale.getDefault",
          "String.toLowerCase",
          "String.toUpperCase",
          "String.format",
          "String.formatted",
          "String.getBytes",
          "DateTimeFormatter.ofPattern",
          "InputStreamReader.<init>",
          "OutputStreamWriter.<init>",
          "FileReader.<init>",
          "FileWriter.<init>",
          "Scanner.<init>",
          "PrintStream.<init>" ->
          owner.getPackageName().startsWith("java.");
      case "String.<init>" -> given.stream().anyMatch(type -> type.isEquivalentTo(byte[].class));
      default -> false;
    };
  }

  private static String[] all(String... modules) {
    return Stream.of(modules).map(module -> "org.postroom." + module + "..").toArray(String[]::new);
  }

  private static List<Path> packages() throws IOException {
    return sources("src/main/java").stream()
        .filter(file -> !file.endsWith("module-info.java"))
        .map(Path::getParent)
        .distinct()
        .toList();
  }

  private static List<Path> sources(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
