package org.postroom.dist.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlacesTest {
  private final Places<String> places = new Places<>();

  private void come(String user, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(places.come(user + i, user, user.equals("root"))).isTrue();
    }
  }

  /** Who has a place now. */
  private List<String> seated() {
    List<String> seated = new ArrayList<>();
    for (Optional<String> next = places.next(); next.isPresent(); next = places.next()) {
      seated.add(next.get());
    }
    return seated;
  }

  @Test
  void oneUserHasAFewAndTheOthersAreServedBesideHim() {
    come("ada", 6);
    come("bob", 1);

    assertThat(seated()).containsExactlyInAnyOrder("ada0", "ada1", "ada2", "ada3", "bob0");
    places.leave("ada2");
    assertThat(seated()).containsExactly("ada4");
  }

  @Test
  void whoWaitsHasHisTurnUserByUser() {
    List.of("ada", "bob", "eve").forEach(user -> come(user, 4));
    assertThat(seated())
        .containsExactly(
            "ada0", "bob0", "eve0", "ada1", "bob1", "eve1", "ada2", "bob2", "eve2", "ada3", "bob3",
            "eve3");
    come("kim", 2);
    come("sue", 2);
    assertThat(seated()).as("some are kept for the masters").isEmpty();

    places.leave("ada0");
    assertThat(seated()).containsExactly("kim0");
    places.leave("ada1");
    assertThat(seated()).containsExactly("sue0");
    places.leave("kim0");
    assertThat(seated()).containsExactly("kim1");
  }

  @Test
  void strangersLeaveSomeToTheMastersWhoMayHaveAll() {
    List.of("ada", "bob", "eve", "kim").forEach(user -> come(user, 4));
    assertThat(seated()).hasSize(Places.STRANGERS);
    come("root", 9);
    assertThat(seated()).containsExactly("root0", "root1", "root2", "root3");

    places.leave("root1");
    assertThat(seated()).containsExactly("root4");
    places.leave("ada0");
    assertThat(seated()).containsExactly("ada3");
  }

  @Test
  void aLineHasAnEnd() {
    come("ada", Places.IN_LINE);
    assertThat(places.come("more", "ada", false)).isFalse();
    List.of("bob", "eve", "kim").forEach(user -> come(user, Places.IN_LINE));
    assertThat(places.come("one", "sue", false)).as("in all lines").isFalse();
    come("root", 1);

    assertThat(seated()).hasSize(13);
    assertThat(places.come("more", "ada", false)).isTrue();
  }

  @Test
  void whoIsInLineAtTheEndIsNotServed() {
    come("ada", 5);
    seated();

    assertThat(places.close()).containsExactly("ada4");
    assertThat(places.come("late", "bob", false)).isFalse();
    places.leave("ada0");
    assertThat(seated()).isEmpty();
  }
}
