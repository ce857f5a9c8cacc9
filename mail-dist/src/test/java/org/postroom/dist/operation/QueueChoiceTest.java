package org.postroom.dist.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.QueuedMail.Traits;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.queue.QueueControl.State;

final class QueueChoiceTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    // asked for, age in seconds, is it meant
    "0, 0, true",
    "0, 3600, true",
    "0, -3600, true", // the clock was ahead when it came
    "60, 59, false",
    "60, 60, true",
    "60, -3600, false"
  })
  void ageCountsOnlyWhereItIsAskedFor(long olderThan, long age, boolean isMeant) {
    QueueChoice choice =
        new QueueChoice(
            List.of("4hXrxX5YvLz007"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            olderThan,
            false);
    ListedRecipient one =
        new ListedRecipient(
            new QueuedRecipient(1, Recipient.of(Address.parse("a@far.test")), 0, false, ""),
            "smtp:far.test",
            State.WAITING,
            false,
            NOW,
            Optional.empty());
    Listed mail =
        new Listed(
            new QueueId("4hXrxX5YvLz007"),
            Section.DEFERRED,
            ReversePath.of(Address.parse("x@example.org")),
            new Traits(BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
            Content.of(new byte[0]),
            NOW.minusSeconds(age),
            Optional.empty(),
            List.of(one));

    assertThat(choice.means(mail, one, NOW)).isEqualTo(isMeant);
  }
}
