package org.postroom.core.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {

  private static List<Keyword> keywords(String... names) {
    return Stream.of(names).map(Keyword::new).toList();
  }

  @Test
  void areTheSameByNameWhateverTheOrderAndTheCase() {
    Flags flags = new Flags(Flags.SEEN, keywords("NonJunk", "$Forwarded"));

    assertThat(flags)
        .isEqualTo(new Flags(Flags.SEEN, keywords("$forwarded", "nonjunk")))
        .hasSameHashCodeAs(new Flags(Flags.SEEN, keywords("$forwarded", "nonjunk")))
        .isNotEqualTo(new Flags(Flags.DRAFT, keywords("NonJunk", "$Forwarded")))
        .isNotEqualTo(new Flags(Flags.SEEN, keywords("NonJunk")))
        .isNotEqualTo(new Flags(Flags.SEEN, keywords("NonJunk", "Junk")));
    assertThat(flags.has(new Keyword("NONJUNK"))).isTrue();
    assertThat(flags.has(new Keyword("Junk"))).isFalse();
  }

  @Test
  void thoseWithoutKeywordsAreMadeOnce() {
    for (long system = 0; system <= Flags.SYSTEM; system++) {
      assertThat(Flags.of(system)).isSameAs(Flags.of(system));
      assertThat(Flags.of(system)).isEqualTo(new Flags(system, List.of()));
      assertThat(Flags.of(system).system()).isEqualTo(system);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 32, 64, 1L << 62, Long.MIN_VALUE})
  void otherBitsAreNoSystemFlags(long bits) {
    assertThatThrownBy(() -> Flags.of(bits)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Flags(bits, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void onlyWhatIsKnownIsLeft() {
    Flags flags = new Flags(Flags.FLAGGED, keywords("a", "b", "c"));

    assertThat(flags.within(Set.copyOf(keywords("c", "B", "a")))).isSameAs(flags);
    assertThat(flags.within(Set.copyOf(keywords("C", "x"))))
        .isEqualTo(new Flags(Flags.FLAGGED, keywords("c")));
    assertThat(Flags.NONE.within(Set.of())).isSameAs(Flags.NONE);
    assertThat(flags.with(Flags.FLAGGED)).isSameAs(flags);
    assertThat(flags.with(Flags.SEEN).has(Flags.SEEN | Flags.FLAGGED)).isTrue();
    assertThat(flags.with(Flags.SEEN).keywords()).isEqualTo(flags.keywords());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65})
  void aKeywordHasOneToSixtyFourOctets(int length) {
    assertThatThrownBy(() -> new Keyword("k".repeat(length)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Keyword("k".repeat(64)).name()).hasSize(Keyword.LONGEST);
  }

  @Test
  void aKeywordHasNoSpace() {
    assertThatThrownBy(() -> new Keyword("a b")).isInstanceOf(IllegalArgumentException.class);
  }

  /** Users choose names: a hash table must find its way when they choose them badly. */
  @Test
  void keywordsOfOneHashHaveAnOrder() {
    List<Keyword> some = List.of(new Keyword("k"));
    for (int i = 0; i < 8; i++) {
      some =
          some.stream()
              .flatMap(one -> Stream.of("az", "B[").map(end -> new Keyword(one.name() + end)))
              .toList();
    }

    assertThat(some).extracting(Keyword::hashCode).containsOnly(some.get(0).hashCode());
    assertThat(some).hasSize(256).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(some)).hasSize(256).contains(new Keyword("KB[AZazazazazazaz"));
    assertThat(new HashSet<>(some)).hasSize(256).contains(new Keyword("KB[AZazazazazazaz"));
    assertThat(new Keyword("Az")).isEqualByComparingTo(new Keyword("aZ"));
  }

  @Test
  void keywordsStayInTheirOrder() {
    Set<Keyword> some = new LinkedHashSet<>(keywords("z", "a", "m", "b"));

    assertThat(Keyword.inOrder(some)).containsExactlyElementsOf(some);
    assertThat(new FlagChange(FlagChange.Mode.ADD, 0, some).keywords())
        .containsExactlyElementsOf(some);
  }
}
