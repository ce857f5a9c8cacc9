package org.postroom.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-core. */
final class ArchitectureTest extends HouseRules {

  /**
   * Which packages whoever embeds a server can see, and how many types of each. What no signature
   * names that he needs is for our own modules alone; a type more is a promise more.
   */
  private static final Map<String, Long> VISIBLE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("address", 8L),
              Map.entry("auth", 25L),
              Map.entry("config", 25L),
              Map.entry("dns", 4L),
              Map.entry("fact", 6L),
              Map.entry("filter", 10L),
              Map.entry("flow", 29L),
              Map.entry("life", 2L),
              Map.entry("log", 7L),
              Map.entry("mail", 21L),
              Map.entry("mailbox", 22L),
              Map.entry("memo", 2L),
              Map.entry("mime", 20L),
              Map.entry("part", 8L),
              Map.entry("policy", 25L),
              Map.entry("policy.service", 5L),
              Map.entry("queue", 13L),
              Map.entry("rewrite", 6L),
              Map.entry("secret", 3L),
              Map.entry("session", 8L),
              Map.entry("table", 17L),
              Map.entry("time", 3L),
              Map.entry("wire", 29L)));

  ArchitectureTest() {
    super("core");
  }

  @Test
  void whoEmbedsAServerSeesNoMoreThanThis() throws IOException {
    Map<String, Long> visible = new TreeMap<>();
    try (InputStream in = Files.newInputStream(Path.of("target/classes/module-info.class"))) {
      ModuleDescriptor.read(in).exports().stream()
          .filter(exported -> !exported.isQualified())
          .forEach(exported -> visible.put(exported.source(), 0L));
    }
    for (JavaClass type : classes()) {
      boolean isPublic = type.getModifiers().contains(JavaModifier.PUBLIC);
      if (isPublic && type.isTopLevelClass()) {
        visible.computeIfPresent(type.getPackageName(), (name, count) -> count + 1);
      }
    }
    Map<String, Long> named = new TreeMap<>();
    visible.forEach((name, count) -> named.put(name.replace("org.postroom.core.", ""), count));

    assertThat(named).isEqualTo(VISIBLE);
  }
}
