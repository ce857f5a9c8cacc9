package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.core.policy.Pending;

final class RecentDecisionsTest {
  private final RecentDecisions recent = new RecentDecisions(10);

  private void keep(String session, Moment moment, String mail, String recipient, int targets) {
    Address address = Address.parse(recipient);
    Target target = new Target(Recipient.of(address), new Route.Onward("smtp", "far.test"));
    recent.keep(
        new RecentDecisions.Entry(
            Instant.EPOCH,
            session,
            1,
            mail.isEmpty() ? Optional.empty() : Optional.of(new QueueId(mail)),
            new Decision(
                moment,
                new Decision.About(
                    InetAddress.getLoopbackAddress(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(address)),
                List.of(),
                Optional.empty(),
                Pending.NOTHING),
            targets == 0
                ? Optional.empty()
                : Optional.of(
                    new Expanded(
                        Recipient.of(address),
                        Collections.nCopies(targets, target),
                        Collections.nCopies(targets, "a step")))));
  }

  private List<String> of(String name) {
    return recent.of(name).stream().map(one -> one.decision().command()).toList();
  }

  /** How long a list is, and how often it is asked for, must not fill the heap. */
  @Test
  void keepsOfALongListTheBeginning() {
    keep("7", Moment.RECIPIENT, "M1", "list@a.test", 100_000);

    Expanded kept = recent.all().get(0).expanded().orElseThrow();
    assertThat(kept.targets()).hasSizeLessThan(100);
    assertThat(kept.trace()).hasSizeLessThan(100);
  }

  @Test
  void ofAMailIsWhatWasSaidOfItsClientItsSenderAndAllItsRecipients() {
    keep("7", Moment.CONNECT, "", "none@a.test", 0);
    keep("7", Moment.MAIL, "", "none@a.test", 0);
    keep("7", Moment.RECIPIENT, "", "earlier@a.test", 0);
    keep("8", Moment.RECIPIENT, "", "another@a.test", 0);
    keep("7", Moment.MAIL, "", "none@a.test", 0);
    keep("7", Moment.RECIPIENT, "", "gone@a.test", 0);
    keep("7", Moment.RECIPIENT, "M1", "ada@a.test", 1);
    keep("7", Moment.RECIPIENT, "M2", "bob@a.test", 1);

    assertThat(of("M1"))
        .containsExactly(
            "CONNECT", "MAIL FROM:<>", "RCPT TO:<gone@a.test>", "RCPT TO:<ada@a.test>");
    assertThat(of("M2")).containsExactly("CONNECT", "MAIL FROM:<>", "RCPT TO:<bob@a.test>");
    assertThat(of("8")).containsExactly("RCPT TO:<another@a.test>");
    assertThat(of("M3")).isEmpty();
  }

  @Test
  void theOldestMakeRoom() {
    for (int i = 0; i < 15; i++) {
      keep("7", Moment.RECIPIENT, "", "u" + i + "@a.test", 0);
    }

    assertThat(of("7")).hasSize(10).startsWith("RCPT TO:<u5@a.test>");
  }
}
