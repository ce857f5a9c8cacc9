package org.postroom.imap.command.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryStores;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.session.MailboxView;

/** What a search may cost where its messages are many. */
final class SearchCostTest {
  private final MemoryStores stores = MemoryStores.open(Clock.systemUTC());

  @BeforeEach
  void account() {
    stores.accounts().add("ada@here.test", Secret.of("secret"));
  }

  /** Asks in a mailbox in which every other message has gone. */
  private UidSet find(String program, int runs) {
    AccountId ada = stores.accounts().byLogin("ada@here.test").orElseThrow().id();
    Mailbox inbox = stores.mail().find(ada, MailboxName.INBOX).orElseThrow();
    UidSet odd = UidSet.of(LongStream.range(0, runs).map(run -> run * 2 + 1).toArray());
    MailboxView view = MailboxView.open(stores.mail(), new Snapshot(inbox, odd), true);
    return SearchCommand.program(program).find(view, stores.mail(), SearchCommand.MOST, () -> {});
  }

  @Test
  void manySetsAreNotTakenApartWhereGapsAreMany() {
    String many = "NOT UID 5:7" + " NOT UID 5:7".repeat(2_400);

    assertThatThrownBy(() -> find(many, 120_000))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo("LIMIT"));
    assertThat(find(many, 100).size()).isEqualTo(98);
  }

  @Test
  void fewSetsAreTakenApartHoweverManyTheGaps() {
    assertThat(find("NOT UID 5:7" + " NOT UID 5:7".repeat(39), 120_000).size()).isEqualTo(119_998);
  }
}
