package org.postroom.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What an application sees of us, and has to carry. */
@Tag("artifact")
final class VisibleTest {
  private static final String PLUGINS =
      "META-INF/services/org.postroom.shaded.org.flywaydb.core.extensibility.Plugin";

  /**
   * Natives' classes, servers and consoles of H2; what the application brings where it wants it.
   */
  private static final List<String> LEFT_OUT =
      List.of(
          "org.postroom.shaded.io.netty.internal.tcnative.",
          "org.postroom.shaded.io.netty.pkitesting.",
          "org.postroom.shaded.org.apache.commons.logging.",
          "org.postroom.shaded.org.apache.commons.text.",
          "org.postroom.shaded.org.h2.server.",
          "jakarta.mail.",
          "org.jspecify.",
          "org.junit.jupiter.api.",
          "org.junit.platform.commons.",
          "org.postgresql.",
          "org.springframework.",
          "org.subethamail.");

  private static final long MOST_OCTETS = 12_000_000;

  @Test
  void allNamesAreOurs() throws Exception {
    assertThat(Archive.entries().stream().filter(name -> !name.startsWith("org/postroom/")))
        .containsExactlyInAnyOrder(
            "META-INF/MANIFEST.MF",
            "META-INF/LICENSE",
            "META-INF/NOTICE",
            "META-INF/spring.factories",
            PLUGINS,
            "module-info.class");
    assertThat(Archive.entries()).doesNotHaveDuplicates();
  }

  @Test
  void whatOthersHaveMadeIsUnderOneName() throws Exception {
    Set<String> ours = new TreeSet<>();
    for (String name : Archive.entries()) {
      String[] parts = name.split("/", -1);
      if (name.startsWith("org/postroom/")) {
        ours.add(parts[2]);
      }
    }
    assertThat(ours)
        .containsExactly("core", "dist", "imap", "pop3", "shaded", "smtp", "storage", "testkit");
  }

  /** Who reads in a log why a store cannot be opened must see it. */
  @Test
  void whatTheDatabaseSaysIsWords() throws Exception {
    try (URLClassLoader application = Archive.application()) {
      Object refusal =
          application
              .loadClass("org.postroom.shaded.org.h2.message.DbException")
              .getMethod("get", int.class, String.class)
              .invoke(null, 90020, "/var/lib/mail");
      assertThat((Throwable) refusal).hasMessageContaining("in use: \"/var/lib/mail\"");
    }
  }

  @Test
  void hasNoCommandsAndNoLogBackEnd() throws Exception {
    assertThat(Archive.entries())
        .noneMatch(name -> name.startsWith("org/postroom/dist/applet/"))
        .noneMatch(name -> name.contains("logback") || name.contains("picocli"))
        .noneMatch(name -> name.startsWith("META-INF/native") || name.endsWith(".so"));
  }

  @Test
  void isSmall() throws Exception {
    assertThat(Files.size(Archive.FILE)).isLessThan(MOST_OCTETS);
  }

  @Test
  void bringsTwoArchivesWithIt() throws Exception {
    Set<String> brought = new TreeSet<>(brought(Path.of("dependency-reduced-pom.xml")));
    brought.addAll(brought(Path.of("../pom.xml")));
    assertThat(brought).containsExactlyInAnyOrder("org.slf4j:slf4j-api", "org.jspecify:jspecify");
  }

  /** What a project has whose POM depends on this one. */
  private static List<String> brought(Path pom) throws Exception {
    Element project =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(pom.toFile())
            .getDocumentElement();
    List<String> brought = new ArrayList<>();
    for (Element list : children(project, "dependencies")) {
      for (Element dependency : children(list, "dependency")) {
        if (!Set.of("test", "provided").contains(text(dependency, "scope"))
            && !text(dependency, "optional").equals("true")) {
          brought.add(text(dependency, "groupId") + ":" + text(dependency, "artifactId"));
        }
      }
    }
    return brought;
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static String text(Element parent, String name) {
    return children(parent, name).stream()
        .map(element -> element.getTextContent().strip())
        .collect(Collectors.joining());
  }

  @Test
  void isAModuleThatShowsWhatTheThinOnesShow() throws Exception {
    ModuleDescriptor module =
        ModuleFinder.of(Archive.FILE).find("org.postroom").orElseThrow().descriptor();
    Set<String> shown = new TreeSet<>();
    for (String thin : List.of("core", "storage", "smtp", "pop3", "imap", "dist")) {
      Path classes = Path.of("..", "mail-" + thin, "target", "classes");
      ModuleFinder.of(classes)
          .find("org.postroom." + thin)
          .orElseThrow()
          .descriptor()
          .exports()
          .stream()
          .filter(one -> !one.isQualified())
          .map(ModuleDescriptor.Exports::source)
          .forEach(shown::add);
    }

    assertThat(module.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrderElementsOf(shown);
    assertThat(module.provides())
        .singleElement()
        .satisfies(
            services ->
                assertThat(services.providers()).containsExactlyInAnyOrderElementsOf(plugins()));
  }

  private static List<String> plugins() throws IOException {
    try (JarFile jar = new JarFile(Archive.FILE.toFile());
        var in = jar.getInputStream(jar.getEntry(PLUGINS))) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  /**
   * Nothing was left out that something needs: but what the application brings where it wants it.
   */
  @Test
  void isWhole() {
    StringWriter said = new StringWriter();
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    jdeps.run(
        new PrintWriter(said),
        new PrintWriter(said),
        "--multi-release",
        "17",
        "--missing-deps",
        "--module-path",
        Archive.placeOf(org.slf4j.Logger.class).toString(),
        Archive.FILE.toString());

    assertThat(said.toString()).doesNotContain("Error:").contains("not found");
    assertThat(said.toString().lines().map(String::strip).filter(VisibleTest::isMissed)).isEmpty();
  }

  /** Whether a line says "class -> class not found", and the one should be there for the other. */
  private static boolean isMissed(String line) {
    String[] words = line.split("\\s+", -1);
    if (words.length < 3 || !line.endsWith("not found") || !words[2].contains(".")) {
      return false;
    }
    Stream<String> mayBeMissed =
        words[0].startsWith("org.postroom.shaded.") && !words[2].startsWith("org.postroom.")
            ? Stream.of("")
            : LEFT_OUT.stream();
    return mayBeMissed.noneMatch(words[2]::startsWith);
  }
}
