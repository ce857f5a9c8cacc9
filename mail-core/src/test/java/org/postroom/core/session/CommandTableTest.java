package org.postroom.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTableTest {

  /** A client is told by how many letters it has. */
  private record Word(String name, Class<Object> state, Offers<String> offers)
      implements Row<String, Object> {

    Word(String name, Offers<String> offers) {
      this(name, Object.class, offers);
    }
  }

  @Test
  void offersWhatTheRowsDoInTheirOrder() {
    CommandTable<String, Word> table =
        new CommandTable<>(
            List.of(
                new Word("Z", Offers.of("LAST", "FIRST")),
                new Word("QUIT", Offers.of()),
                new Word("A", Offers.<String>of("LONG").when(client -> client.length() > 3)),
                new Word("B", client -> List.of("SIZE=" + client.length()))));

    assertThat(table.offered("ada")).containsExactly("LAST", "FIRST", "SIZE=3");
    assertThat(table.offered("lovelace")).containsExactly("LAST", "FIRST", "LONG", "SIZE=8");
    assertThat(table.rows()).extracting(Word::name).containsExactly("Z", "QUIT", "A", "B");
  }

  @Test
  void findsACommandByItsName() {
    CommandTable<String, Word> table =
        new CommandTable<>(List.of(new Word("NOOP", Offers.of()), new Word("QUIT", Offers.of())));

    assertThat(table.find("QUIT")).map(Row::form).contains("QUIT");
    assertThat(table.find("HELP")).isEmpty();
  }

  @Test
  void hasNoTwoCommandsOfOneName() {
    List<Word> rows = List.of(new Word("NOOP", Offers.of()), new Word("NOOP", Offers.of()));

    assertThatThrownBy(() -> new CommandTable<>(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NOOP");
  }
}
