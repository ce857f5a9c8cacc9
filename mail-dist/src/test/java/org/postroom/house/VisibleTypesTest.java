package org.postroom.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Applications see these types, and through them no others. */
@Tag("seconds")
final class VisibleTypesTest {
  /** One more is a promise more; so each stands here by its name. */
  private static final String SEEN =
      """
      core.address: Address Domain IpLiteral MalformedAddress ReversePath WrittenAddress
      core.delivery: Attempted DeliveryResult QueuedMail Transport
      core.dns: Resolver
      core.door: Door
      core.fact: Fact Facts
      core.filter: Examined Filter Finding
      core.life: Lifeline
      core.mail: BodyType Content Envelope FieldLine Origin QueueId Recipient
      core.people: AccountSource Person Proof Quota TokenCheck TokenVerdict
      core.refusal: AccountExists AccountNotFound AppPasswordExists BadMailboxName ContentDamaged
      core.refusal: KeptElsewhere LookupUnavailable MailboxExists MailboxNotFound NotEnqueued
      core.refusal: OverQuota StorageFull StorageUnavailable WireFault
      core.report: BadConfiguration Fault Notice ParamClass Place Report
      core.restriction: Consequence Judged Restriction Subject Verdict
      core.secret: Secret
      core.time: Timers VirtualTime
      dist: Accepted Configuration MailServer Role ServerBuilder Users
      dist.answer: OperationRefused Reloaded
      dist.mailbox: Appended BrokenMailFile Folder Mailboxes StoredMessage Watch
      dist.submit: NotTaken Outbox Submitted Whom
      smtp.subetha: SubEtha
      storage: Storage StorageFault
      """;

  /** The fixture's: what it needs of the house that applications do not. */
  private static final String FIXTURE = "testkit";

  @Test
  void theyAreTheseAndNoMore() {
    TreeSet<String> named = new TreeSet<>();
    SEEN.lines()
        .forEach(
            line -> {
              String place = line.substring(0, line.indexOf(':'));
              for (String name : line.substring(line.indexOf(':') + 2).split(" ")) {
                named.add("org.postroom." + place + "." + name);
              }
            });

    assertThat(VisibleTypes.ofApplications()).containsExactlyElementsOf(named);
    assertThat(named).hasSizeLessThanOrEqualTo(80);
  }

  @Test
  void noneOfThemNamesWhatNobodySees() {
    assertThat(VisibleTypes.namedAndNotSeen())
        .filteredOn(name -> !name.startsWith("org.postroom." + FIXTURE))
        .isEmpty();
  }

  @Test
  void theFixtureIsCountedApart() {
    assertThat(VisibleTypes.ofTheFixture()).hasSizeLessThanOrEqualTo(35);
  }
}
