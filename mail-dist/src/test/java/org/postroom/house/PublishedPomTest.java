package org.postroom.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The POMs say what public repositories want to read in each that they take: its name and what it
 * is, the project's site, licence, developers and source.
 */
final class PublishedPomTest {
  private static final Path HOUSE = Path.of("..");

  private static Element pom(Path folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static Stream<Element> children(Element parent, String name) {
    return IntStream.range(0, parent.getChildNodes().getLength())
        .<Node>mapToObj(parent.getChildNodes()::item)
        .filter(node -> node.getNodeName().equals(name))
        .map(Element.class::cast);
  }

  /** What stands at the end of a path of elements; empty where nothing does. */
  private static String text(Element from, String... path) {
    Stream<Element> found = Stream.of(from);
    for (String name : path) {
      found = found.flatMap(one -> children(one, name));
    }
    return found.findFirst().map(one -> one.getTextContent().strip()).orElse("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "groupId",
        "version",
        "name",
        "description",
        "url",
        "licenses/license/name",
        "licenses/license/url",
        "developers/developer/name",
        "developers/developer/organization",
        "developers/developer/organizationUrl",
        "scm/connection",
        "scm/developerConnection",
        "scm/url"
      })
  void saysWhatRepositoriesWant(String path) throws Exception {
    assertThat(text(pom(HOUSE), path.split("/", -1))).isNotEmpty().doesNotContain("${");
  }

  static List<String> modules() throws Exception {
    return children(pom(HOUSE), "modules")
        .flatMap(list -> children(list, "module"))
        .map(Element::getTextContent)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void eachModuleSaysWhatItIsAndTheRestIsTheProjects(String module) throws Exception {
    Element pom = pom(HOUSE.resolve(module));

    assertThat(text(pom, "parent", "artifactId")).isEqualTo("postroom");
    assertThat(text(pom, "name")).endsWith(module);
    assertThat(text(pom, "description")).endsWith(".");
    for (String inherited : List.of("url", "licenses", "developers", "scm", "repositories")) {
      assertThat(children(pom, inherited)).as(inherited).isEmpty();
    }
  }

  /** What a module inherits would have its name behind it, and lead nowhere. */
  @Test
  void theSiteAndTheSourceAreTheSameForAllModules() throws Exception {
    Element pom = pom(HOUSE);
    Element scm = children(pom, "scm").findFirst().orElseThrow();

    assertThat(pom.getAttribute("child.project.url.inherit.append.path")).isEqualTo("false");
    for (String what : List.of("connection", "developerConnection", "url")) {
      assertThat(scm.getAttribute("child.scm." + what + ".inherit.append.path"))
          .as(what)
          .isEqualTo("false");
    }
  }

  @Test
  void theLicenceIsTheOneThatIsThere() throws Exception {
    assertThat(text(pom(HOUSE), "licenses", "license", "name")).isEqualTo("Apache-2.0");
    assertThat(Files.readString(HOUSE.resolve("LICENSE"))).contains("Version 2.0, January 2004");
  }

  /** Whoever builds with it must not need places that he does not know. */
  @Test
  void nothingIsLookedForElsewhere() throws Exception {
    assertThat(children(pom(HOUSE), "repositories")).isEmpty();
    assertThat(children(pom(HOUSE), "pluginRepositories")).isEmpty();
  }
}
