package org.postroom.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types that applications can name, and what each offers them, in words of the language. */
final class VisibleTypes {
  private static final List<String> MODULES =
      List.of("mail-core", "mail-storage", "mail-smtp", "mail-pop3", "mail-imap", "mail-dist");

  private static final Set<String> OF_EVERY_RECORD = Set.of("equals", "hashCode", "toString");

  private VisibleTypes() {}

  static String text() {
    StringBuilder text = new StringBuilder();
    describe("Of applications", types(name -> !isOfTheFixture(name)), text);
    describe("Of the JUnit fixture", types(VisibleTypes::isOfTheFixture), text);
    return text.toString();
  }

  private static boolean isOfTheFixture(String name) {
    return name.startsWith("org.postroom.testkit");
  }

  private static void describe(String heading, List<Class<?>> of, StringBuilder text) {
    long count = of.stream().filter(type -> type.getEnclosingClass() == null).count();
    text.append("\n# ").append(heading).append(": ").append(count).append(" types\n");
    new TreeMap<>(of.stream().collect(Collectors.groupingBy(Class::getPackageName)))
        .forEach(
            (name, types) -> {
              text.append("\n## ").append(name).append("\n\n```java\n");
              types.stream()
                  .sorted(Comparator.comparing(Class::getName))
                  .forEach(type -> describe(type, text));
              text.append("```\n");
            });
  }

  /** The types that applications see, without those within others and those of the fixture. */
  static Set<String> ofApplications() {
    return topLevel(types(name -> !isOfTheFixture(name)));
  }

  /** The same of the fixture. */
  static Set<String> ofTheFixture() {
    return topLevel(types(VisibleTypes::isOfTheFixture));
  }

  private static Set<String> topLevel(List<Class<?>> of) {
    return of.stream()
        .filter(type -> type.getEnclosingClass() == null)
        .map(Class::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Where a type that is seen names one of ours that is not: {@code Type: Other}. */
  static Set<String> namedAndNotSeen() {
    List<Class<?>> seen = types(name -> true);
    Set<String> leaks = new TreeSet<>();
    for (Class<?> type : seen) {
      named(type)
          .flatMap(VisibleTypes::classes)
          .filter(other -> other.getName().startsWith("org.postroom."))
          .filter(other -> !seen.contains(other))
          .forEach(other -> leaks.add(type.getName() + ": " + other.getName()));
    }
    return leaks;
  }

  /** All types that what others may use of a type is declared with. */
  private static Stream<Type> named(Class<?> type) {
    return Stream.of(
            Stream.ofNullable(type.getGenericSuperclass()),
            Arrays.stream(type.getGenericInterfaces()),
            Arrays.stream(type.getDeclaredFields())
                .filter(field -> isSeen(field.getModifiers()))
                .map(Field::getGenericType),
            Stream.concat(
                    Arrays.stream(type.getDeclaredConstructors()),
                    Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> !method.isSynthetic()))
                .filter(called -> isSeen(called.getModifiers()))
                .flatMap(VisibleTypes::named))
        .flatMap(types -> types);
  }

  private static Stream<Type> named(Executable called) {
    Stream<Type> taken =
        Stream.concat(
            Arrays.stream(called.getGenericParameterTypes()),
            Arrays.stream(called.getGenericExceptionTypes()));
    return called instanceof Method method
        ? Stream.concat(taken, Stream.of(method.getGenericReturnType()))
        : taken;
  }

  private static Stream<Class<?>> classes(Type type) {
    if (type instanceof Class<?> one) {
      return Stream.of(one.isArray() ? one.getComponentType() : one);
    }
    if (type instanceof ParameterizedType made) {
      return Stream.concat(
          classes(made.getRawType()),
          Arrays.stream(made.getActualTypeArguments()).flatMap(VisibleTypes::classes));
    }
    if (type instanceof WildcardType any) {
      return Stream.concat(Arrays.stream(any.getUpperBounds()), Arrays.stream(any.getLowerBounds()))
          .flatMap(VisibleTypes::classes);
    }
    return type instanceof GenericArrayType array
        ? classes(array.getGenericComponentType())
        : Stream.empty();
  }

  /** What is seen of packages with such names, nested types included. */
  private static List<Class<?>> types(Predicate<String> packages) {
    Set<String> shown = new TreeSet<>();
    MODULES.forEach(module -> shown.addAll(exported(module)));
    shown.removeIf(packages.negate());
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(shown)
            .stream()
            .filter(type -> shown.contains(type.getPackageName()))
            .<Class<?>>map(JavaClass::reflect)
            .filter(VisibleTypes::isVisible)
            .toList();
  }

  /** The packages of a module that are there for everybody. */
  private static Set<String> exported(String module) {
    URI file = Path.of("..", module, "target/classes/module-info.class").toUri();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return ModuleDescriptor.read(in).exports().stream()
          .filter(Predicate.not(ModuleDescriptor.Exports::isQualified))
          .map(ModuleDescriptor.Exports::source)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isVisible(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
      if (!isSeen(each.getModifiers())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSeen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static void describe(Class<?> type, StringBuilder text) {
    text.append(kind(type)).append(' ').append(ownName(type));
    String above =
        Stream.concat(
                Stream.ofNullable(type.getGenericSuperclass())
                    .filter(parent -> parent != Object.class && parent != Record.class)
                    .filter(parent -> !type.isEnum()),
                Arrays.stream(type.getGenericInterfaces()))
            .map(VisibleTypes::name)
            .collect(Collectors.joining(", "));
    text.append(above.isEmpty() ? "" : " : " + above).append('\n');
    Stream.of(
            Arrays.stream(type.getDeclaredFields())
                .filter(field -> isSeen(field.getModifiers()))
                .map(VisibleTypes::line),
            Arrays.stream(type.getDeclaredConstructors())
                .filter(maker -> isSeen(maker.getModifiers()))
                .map(VisibleTypes::line),
            Arrays.stream(type.getDeclaredMethods())
                .filter(method -> isSeen(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !type.isRecord() || !OF_EVERY_RECORD.contains(method.getName()))
                .map(VisibleTypes::line))
        .flatMap(lines -> lines)
        .sorted()
        .forEach(line -> text.append("  ").append(line).append('\n'));
  }

  private static String kind(Class<?> type) {
    String sealed = type.isSealed() ? "sealed " : "";
    if (type.isAnnotation()) {
      return "@interface";
    }
    if (type.isInterface()) {
      return sealed + "interface";
    }
    if (type.isEnum()) {
      return "enum";
    }
    if (type.isRecord()) {
      return "record";
    }
    return sealed + (Modifier.isAbstract(type.getModifiers()) ? "abstract class" : "class");
  }

  private static String line(Field field) {
    return field.isEnumConstant()
        ? field.getName()
        : Modifier.toString(field.getModifiers() & Modifier.STATIC)
            + " "
            + field.getName()
            + ": "
            + name(field.getGenericType());
  }

  private static String line(Constructor<?> maker) {
    return "new" + parameters(maker);
  }

  private static String line(Method method) {
    String what =
        (Modifier.isStatic(method.getModifiers()) ? "static " : "")
            + (Modifier.isAbstract(method.getModifiers()) ? "abstract " : "");
    return what
        + method.getName()
        + parameters(method)
        + ": "
        + name(method.getGenericReturnType());
  }

  private static String parameters(Executable called) {
    String thrown =
        Arrays.stream(called.getGenericExceptionTypes())
            .map(VisibleTypes::name)
            .sorted()
            .collect(Collectors.joining(", "));
    return Arrays.stream(called.getGenericParameterTypes())
            .map(VisibleTypes::name)
            .collect(Collectors.joining(", ", "(", ")"))
        + (thrown.isEmpty() ? "" : " throws " + thrown);
  }

  private static String ownName(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  /** Without packages. */
  private static String name(Type type) {
    return type.getTypeName().replaceAll("[a-z0-9_]+\\.(?=[a-zA-Z])", "").replace('$', '.');
  }
}
