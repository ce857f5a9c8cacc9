package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReferencesTest {

  @ParameterizedTest
  @CsvSource({
    "plain, ''",
    "$a, a",
    "x$a-$b, a b",
    "$(a) ${b}, a b",
    "${ a }, a",
    "${a?{$b}:{$c}}, a b c",
    "${{$a} == {$b} ? {$c} : {d}}, a b c",
    "$, ''",
    "${}, ''",
    "$$a, a", // one too many harms nobody
  })
  void namesInATextAreFound(String text, String names) {
    Set<String> found = new HashSet<>();

    References.collect(text, found);

    assertThat(found).containsExactlyInAnyOrderElementsOf(split(names));
  }

  @Test
  void aLineMayEndBehindTheBrace() {
    Set<String> found = new HashSet<>();

    References.collect("${\n\ta?{b}}", found);

    assertThat(found).containsExactly("a");
  }

  @Test
  void aChangeReachesWhoeverRefersToItHoweverIndirectly() {
    Map<String, String> texts = Map.of("b", "$a", "c", "$b", "d", "$c$x", "e", "1");
    References references = References.NONE.and(texts.keySet(), texts::get);

    assertThat(references.reach(Set.of("a"), name -> true))
        .containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThat(references.reach(Set.of("e"), name -> true)).containsExactly("e");
    assertThat(references.reach(Set.of(), name -> !name.equals("x")))
        .containsExactlyInAnyOrder("x", "d");
  }

  @Test
  void laterTextsAddToThem() {
    References first = References.NONE.and(List.of("b"), name -> "$a");

    References second = first.and(List.of("c"), name -> "$a$b");

    assertThat(second.reach(Set.of("a"), name -> true)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(first.reach(Set.of("a"), name -> true)).containsExactlyInAnyOrder("a", "b");
    assertThat(second.and(List.of("c"), name -> "$a")).isSameAs(second);
  }

  private static List<String> split(String names) {
    return names.isEmpty() ? List.of() : List.of(names.split(" "));
  }
}
