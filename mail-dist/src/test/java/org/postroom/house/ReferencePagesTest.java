package org.postroom.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.ParamSet;
import org.postroom.dist.assembly.Parts;

/** The reference pages say what the declarations say. */
@Tag("seconds")
final class ReferencePagesTest {
  private static final Path DOCS = Path.of("../docs");

  @ParameterizedTest
  @EnumSource
  void pageIsWhatTheDeclarationsGive(ReferencePage page) throws IOException {
    Path file = DOCS.resolve(page.file());
    if ("write".equals(System.getProperty("postroom.pages"))) {
      Files.writeString(file, page.text(), UTF_8);
    }

    assertThat(Files.exists(file) ? Files.readString(file, UTF_8) : "")
        .as("%s is stale; this writes it anew:  %s", file.getFileName(), ReferencePage.COMMAND)
        .isEqualTo(page.text());
  }

  @Test
  void everyDeclaredSetIsRead() {
    List<String> declared =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("org.postroom")
                .stream()
                .filter(type -> type.tryGetField("ALL").isPresent())
                .map(JavaClass::reflect)
                .flatMap(ReferencePagesTest::sets)
                .map(ParamSet::name)
                .toList();
    List<String> read = new ArrayList<>();
    Arrays.stream(Parts.standard().params()).map(ParamSet::name).forEach(read::add);
    read.add(ConfigParams.ALL.name());

    assertThat(declared).containsExactlyInAnyOrderElementsOf(read);
  }

  /** One, or those that are made of another protocol's. */
  private static Stream<ParamSet> sets(Class<?> declaring) {
    try {
      Field all = declaring.getDeclaredField("ALL");
      if (all.getType() == ParamSet.class) {
        return Stream.of((ParamSet) all.get(null));
      }
      return all.getGenericType().getTypeName().contains(ParamSet.class.getName())
          ? ((List<?>) all.get(null)).stream().map(ParamSet.class::cast)
          : Stream.empty();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("ALL of " + declaring, e);
    }
  }
}
