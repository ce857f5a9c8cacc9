package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.people.Quota;
import org.postroom.core.queue.Acceptance;

class PlannerTest {
  private static final ReversePath NOTICES =
      ReversePath.of(Address.parse("double-bounce@mail.a.test"));
  @TempDir private Path folder;

  private static Route mailbox(int id) {
    return new Route.ToMailbox(new Account(new AccountId(id), "u" + id, true, Quota.NONE));
  }

  private static Route onward(String hop) {
    return new Route.Onward("smtp", hop);
  }

  private static Target target(String address, Route route) {
    return new Target(Recipient.of(Address.parse(address)), route);
  }

  private static Expanded expanded(String address, Target... targets) {
    return new Expanded(Recipient.of(Address.parse(address)), List.of(targets), List.of());
  }

  /** What is planned, as texts. */
  private String plan(Expanded... recipients) {
    return plan(Origin.SMTP, recipients);
  }

  private String plan(Origin origin, Expanded... recipients) {
    return plan(origin, new ArrayList<>(), recipients);
  }

  private String plan(Origin origin, List<Acceptance> planned, Expanded... recipients) {
    return plan(origin, ReversePath.NULL, planned, recipients);
  }

  private String plan(
      Origin origin, ReversePath sender, List<Acceptance> planned, Expanded... recipients) {
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT);
        ContentSink sink = area.open(0)) {
      Submission mail =
          new Submission(
              new QueueId("Q1"),
              origin,
              new Submission.Client(
                  InetAddress.getLoopbackAddress(), "localhost", "x", Optional.empty(), "ESMTP"),
              Envelope.of(sender, List.of(recipients).stream().map(Expanded::recipient).toList()),
              sink.finish(),
              Instant.EPOCH);
      try {
        List<Acceptance> plans =
            new Planner(from -> from.isNull() || from.equals(NOTICES))
                .plan(mail, List.of(recipients), () -> new QueueId("Q2"));
        planned.addAll(plans);
        StringBuilder text = new StringBuilder();
        for (Acceptance plan : plans) {
          if (!plan.mail().id().equals(mail.id())) {
            text.append(plan.mail().id()).append(" from ");
            text.append(plan.mail().envelope().sender()).append(": ");
          }
          for (Acceptance.Delivery one : plan.deliveries()) {
            text.append(one.recipient().address()).append("->").append(one.account().value());
            text.append(' ');
          }
          for (Acceptance.Onward one : plan.onward()) {
            text.append(one.recipient().address()).append("->").append(one.destination());
            text.append(' ');
          }
        }
        return text.toString().strip();
      } finally {
        mail.content().close();
      }
    }
  }

  @Test
  void eachMailboxGetsOneCopy() {
    assertThat(
            plan(
                expanded("u4@a.test", target("u4@a.test", mailbox(4))),
                expanded("U4@a.test", target("U4@a.test", mailbox(4))),
                expanded(
                    "all@a.test",
                    target("u4+x@a.test", mailbox(4)),
                    target("u5@a.test", mailbox(5)))))
        .isEqualTo("u4@a.test->4 u5@a.test->5");
  }

  /** A command that is told for whom it is run is run for each; a file is written to once. */
  @Test
  void aCommandIsRunForEachWhoHasIt() {
    Route command = new Route.ToAgent("~ada|ticket");
    Route file = new Route.ToAgent("/var/mail/all");

    assertThat(
            plan(
                expanded("t+1@a.test", target("t+1@a.test", command), target("t+1@a.test", file)),
                expanded("t+2@a.test", target("t+2@a.test", command), target("t+2@a.test", file)),
                expanded("all@a.test", target("t+2@a.test", command))))
        .isEqualTo(
            "t+1@a.test->local:~ada|ticket t+1@a.test->local:/var/mail/all"
                + " t+2@a.test->local:~ada|ticket");
  }

  /** It keeps the mail's id where it is all that there is of it. */
  @Test
  void whatIsForwardedIsAMailInAnotherName() {
    ReversePath srs = ReversePath.of(Address.parse("SRS0=x=y=far.test=z@a.test"));
    Target forwarded =
        new Target(
            Recipient.of(Address.parse("b@far.test")),
            onward("far.test"),
            Optional.empty(),
            Optional.of(srs));
    List<Acceptance> both = new ArrayList<>();
    List<Acceptance> alone = new ArrayList<>();

    assertThat(
            plan(
                Origin.SMTP,
                both,
                expanded("u4@a.test", target("u4@a.test", mailbox(4)), forwarded)))
        .isEqualTo("u4@a.test->4 Q2 from SRS0=x=y=far.test=z@a.test: b@far.test->smtp:far.test");
    assertThat(plan(Origin.SMTP, alone, expanded("u4@a.test", forwarded)))
        .isEqualTo("b@far.test->smtp:far.test");
    assertThat(alone.get(0).mail().envelope().sender()).isEqualTo(srs);
  }

  /** A mailbox that has come home since, and a copy that is kept here. */
  @Test
  void whatStaysIsInItsSendersName() {
    Target here =
        new Target(
            Recipient.of(Address.parse("b@far.test")),
            mailbox(5),
            Optional.empty(),
            Optional.of(ReversePath.of(Address.parse("SRS0=x=y=far.test=z@a.test"))));

    assertThat(plan(expanded("u4@a.test", here))).isEqualTo("b@far.test->5");
  }

  /** By its sender it is known that nobody is to be told of its failure. */
  @ParameterizedTest
  @CsvSource({
    "REPORT, double-bounce@mail.a.test, double-bounce@mail.a.test",
    "QUEUE, double-bounce@mail.a.test, double-bounce@mail.a.test",
    "QUEUE, eve@far.test, owner-staff@a.test",
    "SMTP, double-bounce@mail.a.test, owner-staff@a.test",
  })
  void aNoticeStaysOneWhereverItGoes(Origin origin, String sender, String as) {
    Target listed =
        new Target(
            Recipient.of(Address.parse("gone@far.test")),
            onward("far.test"),
            Optional.of(ReversePath.of(Address.parse("owner-staff@a.test"))),
            Optional.of(ReversePath.of(Address.parse("SRS0=x=y=a.test=z@b.test"))));
    List<Acceptance> planned = new ArrayList<>();

    plan(
        origin,
        ReversePath.of(Address.parse(sender)),
        planned,
        expanded("postmaster@a.test", listed));

    assertThat(planned)
        .singleElement()
        .extracting(plan -> plan.mail().envelope().sender().toString())
        .isEqualTo(as);
  }

  @Test
  void eachAddressElsewhereGetsOneCopy() {
    assertThat(
            plan(
                expanded("a@far.test", target("a@far.test", onward("far.test"))),
                expanded(
                    "list@a.test",
                    target("a@far.test", onward("far.test")),
                    target("b@far.test", onward("far.test")))))
        .isEqualTo("a@far.test->smtp:far.test b@far.test->smtp:far.test");
  }

  /** The sender is told of who is not there; the others get it. */
  @Test
  void whoIsNotThereKeepsItFromNobodyElse() {
    assertThat(
            plan(
                expanded(
                    "list@a.test",
                    target("gone@a.test", Route.Nowhere.unknown("unknown")),
                    target("u5@a.test", mailbox(5)))))
        .isEqualTo("u5@a.test->5 gone@a.test->error:a.test");
  }

  /**
   * Who hears of each recipient has not asked for copies, and cannot be told of one among several.
   */
  @Test
  void saysWhatWasAskedForAndWhatIsAnswered() {
    Expanded[] recipients = {
      expanded("u4@a.test", target("u4@a.test", mailbox(4))),
      expanded("both@a.test", target("u5@a.test", mailbox(5)), target("u6@a.test", mailbox(6))),
      expanded("log@a.test", target("u7@a.test", mailbox(7))).beside(),
      expanded("x@far.test", target("x@far.test", onward("far.test"))).beside()
    };
    Route kept = new Route.Kept(new Account(new AccountId(8), "u8", true, Quota.NONE));

    assertThat(claims(Origin.LMTP, recipients))
        .isEqualTo("[ANSWERED, NAMED, NAMED, BESIDE] [BESIDE]");
    assertThat(claims(Origin.SMTP, recipients)).isEqualTo("[NAMED, NAMED, NAMED, BESIDE] [BESIDE]");
    assertThat(
            claims(
                Origin.LMTP,
                expanded("y@far.test", target("y@far.test", kept)),
                expanded("z@far.test", target("z@far.test", kept)).beside()))
        .isEqualTo("[KEPT, BESIDE] []");
  }

  private String claims(Origin origin, Expanded... recipients) {
    List<Acceptance> planned = new ArrayList<>();
    plan(origin, planned, recipients);
    Acceptance only = planned.get(0);
    return only.deliveries().stream().map(Acceptance.Delivery::claim).toList()
        + " "
        + only.onward().stream().map(Acceptance.Onward::claim).toList();
  }

  @Test
  void whatGoesOutInTheNameOfAnOwnerIsAMailOfItsOwn() {
    Target listed =
        new Target(
            Recipient.of(Address.parse("x@far.test")),
            onward("far.test"),
            Optional.of(ReversePath.of(Address.parse("owner-news@here.test"))));

    assertThat(
            plan(
                expanded("ada@here.test", target("ada@else.test", onward("else.test"))),
                expanded("news@here.test", listed)))
        .isEqualTo(
            "ada@else.test->smtp:else.test Q2 from owner-news@here.test: x@far.test->smtp:far.test");
    assertThat(
            plan(
                expanded("news@here.test", listed),
                expanded("ada@here.test", target("ada@else.test", onward("else.test")))))
        .as("what is the sender's own comes first, whoever was named first")
        .isEqualTo(
            "ada@else.test->smtp:else.test Q2 from owner-news@here.test: x@far.test->smtp:far.test");
    assertThat(plan(expanded("news@here.test", listed))).isEqualTo("x@far.test->smtp:far.test");
    assertThat(plan(expanded("null@here.test", target("null@here.test", new Route.Discarded()))))
        .isEmpty();
    assertThat(
            plan(
                Origin.REPORT,
                expanded("ada@here.test", target("ada@else.test", onward("else.test"))),
                expanded("news@here.test", listed)))
        .as("a report stays a report, or lists that own each other never come to an end")
        .isEqualTo("ada@else.test->smtp:else.test x@far.test->smtp:far.test");
  }
}
