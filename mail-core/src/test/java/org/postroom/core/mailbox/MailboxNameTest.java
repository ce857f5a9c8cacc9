package org.postroom.core.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.refusal.BadMailboxName;

final class MailboxNameTest {

  @Test
  void writesInboxInUpperCaseAtTheTopOnly() {
    assertThat(MailboxName.of("inBox")).isEqualTo(MailboxName.INBOX);
    assertThat(MailboxName.of("inbox/foo")).hasToString("INBOX/foo");
    assertThat(MailboxName.of("a/inbox")).hasToString("a/inbox");
    assertThat(MailboxName.of("inboxes")).hasToString("inboxes");
  }

  @Test
  void sortsInboxFirstThenLevelByLevel() {
    assertThat(
            Stream.of("b", "a/b", "a", "INBOX/z", "INBOX", "a-b", "A")
                .map(MailboxName::of)
                .sorted())
        .map(MailboxName::value)
        .containsExactly("INBOX", "INBOX/z", "A", "a", "a/b", "a-b", "b");
  }

  @Test
  void knowsItsRelatives() {
    assertThat(MailboxName.of("a/b/").parent()).contains(MailboxName.of("a"));
    assertThat(MailboxName.of("a/b").isBelow(MailboxName.of("a"))).isTrue();
    assertThat(MailboxName.of("ab").isBelow(MailboxName.of("a"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/a", "a//b", ".", "a/../b", "a\u0007", "a\u0085", "a\ud800"})
  void refusesNamesThatWouldCauseTrouble(String name) {
    assertThatThrownBy(() -> MailboxName.of(name)).isInstanceOf(BadMailboxName.class);
  }

  @Test
  void refusesNamesThatAreTooLong() {
    assertThat(MailboxName.of("x".repeat(255)).value()).hasSize(255);
    assertThatThrownBy(() -> MailboxName.of("x".repeat(256))).isInstanceOf(BadMailboxName.class);
    assertThatThrownBy(() -> MailboxName.of("x/".repeat(30) + "x"))
        .isInstanceOf(BadMailboxName.class);
  }
}
