package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.core.queue.Acceptance.Claim.ANSWERED;
import static org.postroom.core.queue.Acceptance.Claim.BESIDE;
import static org.postroom.core.queue.Acceptance.Claim.KEPT;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.Page;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.queue.QueueControl.State;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;

/** What every {@link QueueStore} does. */
public abstract class QueueStoreContract extends StoreContract {
  private static final Duration LEASE = Duration.ofMinutes(10);

  private QueueStore queue;
  private QueueControl control;
  private MailCommit commit;

  @BeforeEach
  void emptyTheQueue() {
    queue = stores().queue();
    control = queue.control();
    commit = stores().mailCommit();
    queue.serve(destination -> Optional.empty());
    List<Settlement> rest = new ArrayList<>();
    queue.list(10_000).forEach(mail -> done(mail, rest));
    queue.settle(rest, List.of());
    assertThat(queue.size()).isZero();
    assertThat(lease("nobody", 1000, 1)).as("it looks where there was something").isEmpty();
  }

  @Test
  void keepsAllOfAMailUntilItIsDoneWith() {
    StagedContent content = text("onward");
    Submission mail = mail(content, List.of("ada@one.test", "\"a b\"@one.test", "x@two.test"));
    time.advance(Duration.ofSeconds(5));

    commit.commit(onward(mail));
    content.close();

    List<QueuedMail> listed = queue.list(10);
    List<QueuedMail> leased = lease("me", 10, 10);
    assertThat(queue.size()).isEqualTo(3);
    assertThat(leased)
        .extracting(QueuedMail::destination)
        .containsExactlyInAnyOrder("one.test", "two.test");
    assertThat(listed).hasSize(2);
    for (QueuedMail found : leased) {
      assertThat(found.id()).isEqualTo(mail.id());
      assertThat(found.sender()).isEqualTo(mail.envelope().sender());
      assertThat(found.traits().body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
      assertThat(found.traits().smtpUtf8()).isTrue();
      assertThat(found.traits().envelopeId()).contains("env+id");
      assertThat(found.traits().fullReturn()).contains(false);
      assertThat(found.traits().requiresTls()).isTrue();
      assertThat(found.arrived()).isEqualTo(mail.arrived());
      assertThat(found.content().toBytes()).isEqualTo(text("onward").toBytes());
      for (QueuedRecipient recipient : found.recipients()) {
        assertThat(recipient.attempts()).isZero();
        assertThat(recipient.lastReason()).isEmpty();
        assertThat(recipient.delayReported()).isFalse();
      }
    }
    assertThat(leased.stream().flatMap(found -> found.recipients().stream()))
        .extracting(QueuedRecipient::recipient)
        .containsExactlyInAnyOrderElementsOf(mail.envelope().recipients());
  }

  @Test
  void keepsAddressesOfAnyLength() {
    String longest = "l".repeat(12_000) + "@one.test";
    StagedContent content = text("onward");

    commit.commit(onward(mail(content, List.of(longest, "a..b@one.test"))));
    content.close();

    assertThat(lease("me", 10, 10).stream().flatMap(found -> found.recipients().stream()))
        .extracting(recipient -> recipient.recipient().address().toString())
        .containsExactlyInAnyOrder(longest, "\"a..b\"@one.test");
  }

  @Test
  void givesEachMailAnIdOfItsOwn() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<List<QueueId>>> work = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        work.add(() -> Stream.generate(commit::newId).limit(500).toList());
      }
      Set<QueueId> all = new HashSet<>();
      for (Future<List<QueueId>> ids : threads.invokeAll(work)) {
        all.addAll(ids.get());
      }
      assertThat(all).hasSize(2000);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void acceptsIntoMailboxAndQueueAtOnceOrNowhere() {
    Acceptance here = delivery(text("x"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance both = new Acceptance(here.mail(), here.deliveries(), onward(here.mail()).onward());

    Acceptance taken = commit.commit(both);
    assertThat(taken.of(both.mail())).isEqualTo(both);
    assertThat(taken.mail().content().toBytes()).isEqualTo(both.mail().content().toBytes());
    assertThat(queue.size()).isEqualTo(1);
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);

    stores().accounts().setQuota(ada.id(), 1);
    assertThatThrownBy(() -> commit.commit(here)).isInstanceOf(OverQuota.class);
    stores().accounts().delete(ada.id());
    assertThatThrownBy(() -> commit.commit(here)).isInstanceOf(MailboxNotFound.class);
    assertThat(queue.size()).isEqualTo(1);
  }

  /** Whoever brings the mail hears of each recipient: nothing waits that was not asked to. */
  @Test
  void aCopyThatMayBeRefusedIsAndDoesNotWait() {
    Account bob = newAccount("bob");
    Account gone = newAccount("gone");
    Acceptance mail = delivery(text("for three"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance.Delivery fits = claimed(mail, ANSWERED);
    Acceptance.Delivery full = claimed(delivery(text("x"), bob, MailboxName.INBOX, ""), ANSWERED);
    Acceptance.Delivery nowhere =
        claimed(delivery(text("x"), gone, MailboxName.INBOX, ""), ANSWERED);
    stores().accounts().setQuota(bob.id(), 1);
    stores().accounts().delete(gone.id());

    Acceptance made =
        commit.commit(new Acceptance(mail.mail(), List.of(full, fits, nowhere), List.of()));

    assertThat(made.deliveries()).containsExactly(fits);
    assertThat(made.onward()).isEmpty();
    assertThat(made.refused())
        .containsExactly(
            new Acceptance.Refused(bob.id(), MailboxName.INBOX, true),
            new Acceptance.Refused(gone.id(), MailboxName.INBOX, false));
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    assertThat(stores().mail().mailbox(inbox(bob)).messages()).isZero();
    assertThat(lease("me", 5, 5)).isEmpty();
  }

  /** One account may have two of them, and room for one. */
  @Test
  void whatIsRefusedOneMailboxIsNotRefusedAnother() {
    MailboxName lists = MailboxName.of("lists");
    Acceptance mail = delivery(text("for two"), ada, lists, "A: b\r\n");
    Acceptance.Delivery fits = claimed(mail, ANSWERED);
    Acceptance.Delivery full = claimed(delivery(text("x"), ada, MailboxName.INBOX, ""), ANSWERED);
    stores().accounts().setQuota(ada.id(), mail.mail().content().size() + 10);

    Acceptance made = commit.commit(new Acceptance(mail.mail(), List.of(fits, full), List.of()));

    assertThat(made.deliveries()).containsExactly(fits);
    assertThat(made.refusal(ada.id(), lists)).isEmpty();
    assertThat(made.refusal(ada.id(), MailboxName.INBOX))
        .contains(new Acceptance.Refused(ada.id(), MailboxName.INBOX, true));
  }

  private static Acceptance.Delivery claimed(Acceptance one, Acceptance.Claim claim) {
    Acceptance.Delivery delivery = one.deliveries().get(0);
    return new Acceptance.Delivery(
        delivery.account(),
        delivery.mailbox(),
        delivery.recipient(),
        delivery.header(),
        claim,
        delivery.flags());
  }

  @Test
  void aCopyHasItsFlagsFromTheBeginning() {
    long flags = Flags.SEEN | Flags.FLAGGED;
    Acceptance plain = delivery(text("x"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance.Delivery one = plain.deliveries().get(0);
    Acceptance.Delivery flagged =
        new Acceptance.Delivery(
            one.account(), one.mailbox(), one.recipient(), one.header(), one.claim(), flags);

    commit.commit(new Acceptance(plain.mail(), List.of(flagged), List.of()));
    commit.commit(plain);

    List<Long> found = new ArrayList<>();
    UidSet uids = stores().mail().snapshot(inbox()).uids();
    stores().mail().read(inbox(), uids, Set.of(), row -> found.add(row.systemFlags()));
    assertThat(found).containsExactly(flags, 0L);
  }

  /** Who is told that nobody has it comes again: a copy that he knows nothing of must not stay. */
  @Test
  void aCopyThatNobodyAskedForIsMadeBesideOthersOnly() {
    Account bob = newAccount("bob");
    Acceptance mail = delivery(text("for one"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance.Delivery full = claimed(mail, ANSWERED);
    Acceptance.Delivery beside = claimed(delivery(text("x"), bob, MailboxName.INBOX, ""), BESIDE);
    Acceptance.Onward away =
        new Acceptance.Onward(Recipient.of(address("c@one.test")), "x", BESIDE);
    Acceptance whole = new Acceptance(mail.mail(), List.of(full, beside), List.of(away));
    stores().accounts().setQuota(ada.id(), 1);

    assertThatThrownBy(() -> commit.commit(whole)).isInstanceOf(OverQuota.class);
    assertThat(stores().mail().mailbox(inbox(bob)).messages()).isZero();
    assertThat(queue.size()).isZero();

    stores().accounts().setQuota(ada.id(), 0);
    commit.commit(whole);
    assertThat(stores().mail().mailbox(inbox(bob)).messages()).isEqualTo(1);
    assertThat(queue.size()).isEqualTo(1);
  }

  /** Whose room it is has nothing to do with who brings it: a mail is taken for that one alone. */
  @Test
  void aCopyThatIsKeptWaitsAndCountsAsMade() {
    Acceptance mail = delivery(text("not sent"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance.Delivery kept = claimed(mail, KEPT);
    stores().accounts().setQuota(ada.id(), 1);

    Acceptance made = commit.commit(new Acceptance(mail.mail(), List.of(kept), List.of()));

    assertThat(made.deliveries()).isEmpty();
    assertThat(made.refused()).isEmpty();
    assertThat(made.onward()).containsExactly(kept.waiting());
    assertThat(queue.size()).isEqualTo(1);
  }

  /** A mail that goes out in the name of two senders is two, and both are ours, or none. */
  @Test
  void acceptsAllOfSeveralOrNone() {
    Acceptance here = delivery(text("x"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance there = onward(mail(text("x"), List.of("a@one.test")));

    List<Acceptance> taken = commit.commit(List.of(here, there));
    assertThat(taken).hasSize(2);
    assertThat(taken.get(0).of(here.mail())).isEqualTo(here);
    assertThat(taken.get(1).of(there.mail())).isEqualTo(there);
    assertThat(queue.size()).isEqualTo(1);
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);

    stores().accounts().setQuota(ada.id(), 1);
    List<Acceptance> made = commit.commit(List.of(here, there));
    assertThat(made.get(0).deliveries()).isEmpty();
    assertThat(made.get(0).onward()).hasSize(1);
    assertThat(queue.size()).isEqualTo(3);
    assertThatThrownBy(() -> commit.commit(List.of(here, here))).isInstanceOf(OverQuota.class);
    assertThat(queue.size()).isEqualTo(3);
  }

  @Test
  void whatIsHeldIsNotDueUntilItIsLetGo() {
    commit.commit(onward(mail(text("held"), List.of("a@one.test", "b@two.test"))).held());
    commit.commit(onward(mail(text("other"), List.of("c@one.test"))));
    assertThat(queue.size()).isEqualTo(3);
    List<QueuedMail> leased = lease("me", 10, 10);
    assertThat(addresses(leased)).containsExactly("c@one.test");
    queue.releaseLeases("me");
    assertThat(states(Section.HOLD))
        .containsOnly(Map.entry("a@one.test", State.HELD), Map.entry("b@two.test", State.HELD));
    assertThat(addresses(queue.list(10))).hasSize(3);
    long first = number("a@one.test");

    queue.settle(done("c@one.test"), List.of());
    List<Boolean> ready = new CopyOnWriteArrayList<>();
    queue.onQueued(() -> ready.add(queue.nextDue(Chosen.of(10, 10)).isPresent()));
    assertThat(control.change(Change.RELEASE, List.of(first, 999_999L))).isEqualTo(1);

    assertThat(ready).as("who is told of it finds it").isNotEmpty().doesNotContain(false);
    assertThat(addresses(lease("me", 10, 10))).containsExactly("a@one.test");
    assertThat(states(Section.HOLD)).isEmpty();
    assertThat(states(Section.ACTIVE))
        .containsOnly(
            Map.entry("a@one.test", State.UNDER_WAY), Map.entry("b@two.test", State.HELD));
    assertThat(control.change(Change.RELEASE, List.of(first))).isZero();

    long second = number("b@two.test");
    assertThat(control.change(Change.DELETE, List.of(second, 999_999L))).isEqualTo(1);
    assertThat(queue.size()).isEqualTo(1);
    assertThat(control.change(Change.DELETE, List.of(second))).isZero();
  }

  @Test
  void whatIsParkedIsNoneOfWhatIsHeld() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test", "b@two.test"))));
    List<Long> parked = List.of(number("a@one.test"));
    List<Long> held = List.of(number("b@two.test"));

    assertThat(control.change(Change.PARK, parked)).isEqualTo(1);
    assertThat(states(Section.DEFERRED))
        .as("one of its recipients waits")
        .containsOnly(
            Map.entry("a@one.test", State.PARKED), Map.entry("b@two.test", State.WAITING));
    assertThat(control.change(Change.HOLD, held)).isEqualTo(1);
    assertThat(control.change(Change.HOLD, parked)).as("it is kept already").isZero();
    assertThat(states(Section.HOLD)).hasSize(2);
    assertThat(states(Section.DEFERRED)).isEmpty();
    assertThat(lease("me", 10, 10)).isEmpty();

    assertThat(control.change(Change.RELEASE, parked)).isZero();
    assertThat(control.change(Change.UNPARK, held)).isZero();
    assertThat(control.change(Change.RUN, held)).as("it does not wait for its time").isZero();
    assertThat(control.change(Change.UNPARK, parked)).isEqualTo(1);
    assertThat(addresses(lease("me", 10, 10))).containsExactly("a@one.test");
  }

  @Test
  void whatWaitsIsDueAtOnceWhenItIsToldSo() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test"))));
    lease("me", 10, 10);
    Instant tomorrow = time.instant().plus(Duration.ofDays(1));
    long id = number("a@one.test");
    queue.settle(
        List.of(new Settlement.Later(id, 0, time.instant(), tomorrow, "4.4.1 not there", false)),
        List.of());
    assertThat(lease("me", 10, 10)).isEmpty();

    assertThat(control.change(Change.RUN, List.of(id))).isEqualTo(1);

    assertThat(addresses(lease("me", 10, 10))).containsExactly("a@one.test");
    assertThat(control.change(Change.RUN, List.of(id))).as("it is under way").isZero();
  }

  @Test
  void anAttemptUnderWayEndsAsItEndsAndWhatWasDoneMeanwhileCounts() {
    commit.commit(
        onward(
            mail(
                text("x"),
                List.of("held@one.test", "gone@one.test", "sent@one.test", "other@one.test"))));
    lease("me", 10, 10);
    List<Long> all =
        List.of(number("held@one.test"), number("gone@one.test"), number("sent@one.test"));
    long other = number("other@one.test");

    assertThat(control.change(Change.HOLD, List.of(all.get(0), all.get(2)))).isEqualTo(2);
    assertThat(control.change(Change.DELETE, List.of(all.get(1)))).isEqualTo(1);
    assertThat(control.change(Change.DELETE, List.of(all.get(1)))).as("it goes already").isZero();
    assertThat(states(Section.ACTIVE)).doesNotContainKey("gone@one.test").hasSize(3);
    Instant soon = time.instant();
    queue.settle(
        List.of(
            new Settlement.Later(all.get(0), 0, time.instant(), soon, "4.0.0 later", false),
            new Settlement.Later(all.get(1), 0, time.instant(), soon, "4.0.0 later", false),
            new Settlement.Done(all.get(2)),
            new Settlement.Later(other, 0, time.instant(), soon, "4.0.0 later", false)),
        List.of());

    assertThat(states(Section.DEFERRED))
        .containsOnly(
            Map.entry("held@one.test", State.HELD), Map.entry("other@one.test", State.WAITING));
    assertThat(queue.size()).isEqualTo(2);
    assertThat(addresses(lease("me", 10, 10))).containsExactly("other@one.test");
  }

  @Test
  void whatIsLetGoWhileItIsUnderWayIsNoOtherAttempt() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test"))));
    lease("me", 10, 10);
    List<Long> id = List.of(number("a@one.test"));

    assertThat(control.change(Change.HOLD, id)).isEqualTo(1);
    assertThat(control.replace(id, List.of())).as("it is under way").isFalse();
    assertThat(control.change(Change.RELEASE, id)).isEqualTo(1);

    assertThat(states(Section.ACTIVE)).containsOnly(Map.entry("a@one.test", State.UNDER_WAY));
  }

  @Test
  void whatWasDeletedUnderWayIsGoneWithTheEndOfItsLease() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test", "b@one.test"))));
    lease("me", 10, 10);
    assertThat(control.change(Change.DELETE, List.of(number("a@one.test")))).isEqualTo(1);
    assertThat(control.change(Change.PARK, List.of(number("b@one.test")))).isEqualTo(1);

    queue.releaseLeases("me");

    assertThat(queue.size()).isEqualTo(1);
    assertThat(states(Section.HOLD)).containsOnly(Map.entry("b@one.test", State.PARKED));
  }

  @Test
  void theLastThatGoesIsGoneWithTheEndOfItsLeaseToo() {
    queue.releaseLeases("me"); // of which there are none yet
    commit.commit(onward(mail(text("x"), List.of("a@one.test"))));
    lease("me", 10, 10);
    assertThat(control.change(Change.DELETE, List.of(number("a@one.test")))).isEqualTo(1);

    queue.releaseLeases("me");

    assertThat(queue.size()).isZero();
    assertThat(queue.list(10)).isEmpty();
  }

  @Test
  void whatAnAdministratorEndsSaysSoWithItsLease() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test", "b@one.test"))));
    long id = number("a@one.test");

    assertThat(control.change(Change.EXPIRE, List.of(id, 999_999L))).isEqualTo(1);
    assertThat(control.change(Change.EXPIRE, List.of(id))).as("once is enough").isZero();

    assertThat(lease("me", 10, 10).get(0).recipients())
        .extracting(QueuedRecipient::expires)
        .containsExactlyInAnyOrder(true, false);
  }

  @Test
  void saysWhereAMailCameFromAndWhenEachRecipientWasLastTried() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(),
            "host\0.test",
            "h".repeat(12_000),
            Optional.empty(),
            "ESMTPSA",
            Optional.of("www-data"),
            Optional.of(trace),
            new Submission.Session(
                Optional.of(65_535), Optional.of("SCRAM-SHA-256"), Optional.of("f\0irst@x.test")));
    Submission sent = mail(text("x"), List.of("a@one.test", "b@one.test", "c@one.test"));
    Submission mail =
        new Submission(
            sent.id(), sent.origin(), client, sent.envelope(), sent.content(), sent.arrived());
    commit.commit(onward(mail));
    assertThat(listed().recipients())
        .extracting(QueueControl.ListedRecipient::lastAttempt)
        .containsOnly(Optional.empty());

    List<QueuedRecipient> rows = lease("me", 10, 10).get(0).recipients();
    Instant at = time.instant();
    Instant later = at.plusSeconds(300);
    Set<QueueId> gone =
        queue.settle(
            List.of(
                new Settlement.Later(rows.get(0).id(), 0, at, later, "4.2.1 not now", false),
                new Settlement.Held(rows.get(1).id(), 0, at.plusSeconds(1), "4.0.0 on hold")),
            List.of());

    assertThat(gone).isEmpty();
    QueuedMail.CameFrom origin = listed().origin().orElseThrow();
    assertThat(origin.address()).isEqualTo("127.0.0.1");
    assertThat(origin.name()).isIn("host\0.test", "host .test");
    assertThat(origin.helo()).startsWith("hhh").hasSizeGreaterThanOrEqualTo(1000);
    assertThat(origin.protocol()).isEqualTo("ESMTPSA");
    assertThat(origin.submitter()).contains("www-data");
    assertThat(origin.traceparent()).contains(trace);
    assertThat(origin.port()).contains(65_535);
    assertThat(origin.saslMethod()).contains("SCRAM-SHA-256");
    assertThat(origin.saslSender().orElseThrow()).isIn("f\0irst@x.test", "f irst@x.test");
    assertThat(listed().recipients())
        .extracting(QueueControl.ListedRecipient::lastAttempt)
        .containsExactlyInAnyOrder(
            Optional.of(at), Optional.of(at.plusSeconds(1)), Optional.empty());
  }

  @Test
  void saysFromWhichPortAMailCameThatHasNothingElse() {
    Submission sent = mail(text("x"), List.of("a@one.test"));
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(),
            "unknown",
            "",
            Optional.empty(),
            "SMTP",
            new Submission.Session(Optional.of(1), Optional.empty(), Optional.empty()));
    commit.commit(
        onward(
            new Submission(
                sent.id(),
                sent.origin(),
                client,
                sent.envelope(),
                sent.content(),
                sent.arrived())));

    assertThat(lease("me", 10, 10).get(0).origin().orElseThrow().port()).contains(1);
  }

  @Test
  void saysNothingOfASessionThatThereWasNot() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test"))));

    QueuedMail.CameFrom origin = lease("me", 10, 10).get(0).origin().orElseThrow();

    assertThat(origin.port()).isEmpty();
    assertThat(origin.saslMethod()).isEmpty();
    assertThat(origin.saslSender()).isEmpty();
  }

  private Listed listed() {
    return control.page(QueueControl.Position.START).mails().get(0);
  }

  @Test
  void aMailFromAnotherQueueIsAsItWasThereAndNeverTwice() {
    Instant due = time.instant().plusSeconds(4000);
    Instant tried = time.instant().minusSeconds(3);
    Submission mail = mail(text("x"), List.of("a@one.test", "b@one.test"));
    List<Recipient> whom = mail.envelope().recipients();
    Acceptance kept =
        new Acceptance(
            mail,
            List.of(),
            List.of(
                past(whom.get(0), State.PARKED, due, 7, Optional.of(tried), "4.4.1 not there"),
                past(whom.get(1), State.WAITING, due, 2, Optional.empty(), "")));

    assertThat(control.restore(kept)).isTrue();
    assertThat(control.restore(kept)).isFalse();

    Listed listed = listed();
    assertThat(listed.id()).isEqualTo(mail.id());
    assertThat(listed.arrived()).isEqualTo(mail.arrived());
    assertThat(queue.size()).isEqualTo(2);
    assertThat(listed.recipients())
        .extracting(one -> one.state() + " " + one.recipient().attempts() + " " + one.lastAttempt())
        .containsExactlyInAnyOrder(
            "PARKED 7 " + Optional.of(tried), "WAITING 2 " + Optional.empty());
    assertThat(listed.recipients())
        .extracting(one -> one.recipient().lastReason())
        .containsExactlyInAnyOrder("4.4.1 not there", "");
    assertThat(lease("me", 10, 10)).as("not due").isEmpty();
    time.advance(Duration.ofSeconds(4000));
    assertThat(recipients(lease("me", 10, 10), "one.test")).containsExactly("b");
    assertThat(control.change(Change.UNPARK, List.of(number("a@one.test")))).isEqualTo(1);
    assertThat(recipients(lease("me", 10, 10), "one.test")).containsExactly("a");
  }

  private static Acceptance.Onward past(
      Recipient recipient,
      State state,
      Instant due,
      int attempts,
      Optional<Instant> tried,
      String reason) {
    return new Acceptance.Onward(
        recipient,
        "one.test",
        Acceptance.Claim.NAMED,
        Optional.of(new Acceptance.Past(state, due, attempts, tried, reason, false, false)));
  }

  /** Whoever has ended it was told so: it is not leased as if nobody had. */
  @Test
  void whatIsEndedWhileItIsLeasedIsLeasedAsEnded() {
    commit.commit(onward(mail(text("x"), List.of("a@one.test"))));
    List<Integer> ended = new ArrayList<>();

    List<QueuedMail> leased =
        queue.lease(
            "me",
            time.instant(),
            LEASE,
            new QueueStore.Choice() {
              @Override
              public int destinations() {
                return 10;
              }

              @Override
              public boolean wants(String destination) {
                return true;
              }

              @Override
              public QueueStore.Share share(String destination) {
                return new QueueStore.Share(10, 10);
              }

              @Override
              public boolean holds(long recipient) {
                if (ended.isEmpty()) {
                  ended.add(control.change(Change.EXPIRE, List.of(recipient)));
                }
                return false;
              }
            });

    assertThat(ended).containsExactly(1);
    assertThat(Stream.concat(leased.stream(), lease("me", 10, 10).stream()))
        .flatExtracting(QueuedMail::recipients)
        .extracting(QueuedRecipient::expires)
        .containsExactly(true);
  }

  @Test
  void othersStandInThePlaceOfWhatIsReplacedOrNothingIsDone() {
    commit.commit(onward(mail(text("old"), List.of("a@one.test", "b@one.test"))));
    List<Long> ids = List.of(number("a@one.test"), number("b@one.test"));
    Acceptance other = onward(mail(text("new"), List.of("c@two.test")));
    Acceptance here = delivery(text("y"), ada, MailboxName.INBOX, "");

    assertThat(control.replace(List.of(ids.get(0), 999_999L), List.of(other))).isFalse();
    assertThat(queue.size()).isEqualTo(2);
    assertThat(control.replace(ids, List.of(other, here))).isTrue();

    assertThat(states(Section.DEFERRED)).containsOnlyKeys("c@two.test");
    assertThat(queue.size()).isEqualTo(1);
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    assertThat(control.replace(ids, List.of(other))).as("they are gone").isFalse();
  }

  @Test
  void aListingComesInPagesWhateverItsLengthAndFindsEachMailByItsName() {
    List<String> many = IntStream.range(0, 600).mapToObj(i -> "r" + i + "@one.test").toList();
    Submission large = mail(text("large"), many);
    commit.commit(onward(large));
    for (int i = 0; i < 120; i++) {
      commit.commit(onward(mail(text("small"), List.of("s" + i + "@two.test"))));
    }

    List<String> listed = new ArrayList<>();
    int pages = 0;
    Optional<Position> next = Optional.of(Position.START);
    while (next.isPresent()) {
      Page page = control.page(Section.DEFERRED, next.get());
      page.mails().forEach(one -> listed.addAll(addressesOf(one)));
      next = page.next();
      pages++;
    }
    assertThat(listed).hasSize(720).startsWith("r0@one.test", "r1@one.test");
    assertThat(listed.get(719)).isEqualTo("s119@two.test");
    assertThat(pages).isGreaterThan(2);

    List<String> found = new ArrayList<>();
    next = Optional.of(Position.START);
    while (next.isPresent()) {
      Page page = control.page(large.id(), next.get());
      page.mails().forEach(one -> found.addAll(addressesOf(one)));
      next = page.next();
    }
    assertThat(found).containsExactlyElementsOf(many);
    assertThat(control.page(new QueueId("NOBODY"), Position.START).mails()).isEmpty();
  }

  @Test
  void whatChangesItsSectionMeanwhileIsSeenOnceByWhoGoesThroughAllOfIt() {
    for (int i = 0; i < 300; i++) {
      commit.commit(onward(mail(text("small"), List.of("s" + i + "@two.test"))));
    }
    List<String> seen = new ArrayList<>();
    Set<Section> sections = EnumSet.noneOf(Section.class);
    Optional<Position> next = Optional.of(Position.START);
    while (next.isPresent()) {
      Page page = control.page(next.get());
      for (Listed mail : page.mails()) {
        seen.addAll(addressesOf(mail));
        sections.add(mail.section());
      }
      if (next.get().equals(Position.START)) {
        control.change(Change.HOLD, List.of(queue.list(300).get(299).recipients().get(0).id()));
        assertThat(lease("me", 300, 300)).isNotEmpty();
      }
      next = page.next();
    }

    assertThat(seen).hasSize(300).doesNotHaveDuplicates();
    assertThat(sections).containsOnly(Section.values());
  }

  private static List<String> addressesOf(Listed mail) {
    return mail.recipients().stream()
        .map(one -> one.recipient().recipient().address().toString())
        .toList();
  }

  private Map<String, State> states(Section section) {
    Map<String, State> found = new HashMap<>();
    Optional<Position> next = Optional.of(Position.START);
    while (next.isPresent()) {
      Page page = control.page(section, next.get());
      for (Listed mail : page.mails()) {
        mail.recipients()
            .forEach(
                one -> found.put(one.recipient().recipient().address().toString(), one.state()));
      }
      next = page.next();
    }
    return found;
  }

  /** The recipient's, in the store. */
  private long number(String address) {
    return queue.list(10).stream()
        .flatMap(mail -> mail.recipients().stream())
        .filter(one -> one.recipient().address().toString().equals(address))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void anAttemptMayEndInTheRecipientBeingHeld() {
    commit.commit(onward(mail(text("held"), List.of("a@one.test", "b@one.test"))));
    List<QueuedMail.QueuedRecipient> rows = lease("me", 10, 10).get(0).recipients();
    long held = rows.get(0).id();
    Settlement hold = new Settlement.Held(held, 0, time.instant(), "4.0.0 on hold");

    assertThat(queue.settle(List.of(hold, new Settlement.Done(rows.get(1).id())), List.of()))
        .isEmpty();

    time.advance(LEASE.multipliedBy(2));
    queue.releaseLeases("me");
    assertThat(lease("me", 10, 10)).isEmpty();
    List<QueueControl.ListedRecipient> found =
        control.page(Section.HOLD, Position.START).mails().get(0).recipients();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).state()).isEqualTo(State.HELD);
    assertThat(found.get(0).recipient().recipient()).isEqualTo(rows.get(0).recipient());
    assertThat(found.get(0).recipient().attempts()).isEqualTo(1);
    assertThat(found.get(0).recipient().lastReason()).isEqualTo("4.0.0 on hold");

    assertThat(control.change(Change.RELEASE, List.of(held))).isEqualTo(1);
    assertThat(queue.settle(List.of(hold), List.of())).as("it was done").isEmpty();
    assertThat(addresses(lease("me", 10, 10))).hasSize(1);
  }

  private List<Settlement> done(String address) {
    return queue.list(10).stream()
        .flatMap(mail -> mail.recipients().stream())
        .filter(one -> one.recipient().address().toString().equals(address))
        .<Settlement>map(one -> new Settlement.Done(one.id()))
        .toList();
  }

  private static List<String> addresses(List<QueuedMail> mails) {
    return mails.stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(one -> one.recipient().address().toString())
        .toList();
  }

  @Test
  void aFullMailboxHasItsOwnCopyWaitAndNobodyElses() {
    Account bob = newAccount("bob");
    Account gone = newAccount("gone");
    Acceptance mail = delivery(text("for three"), ada, MailboxName.INBOX, "A: b\r\n");
    Acceptance.Delivery fits = mail.deliveries().get(0);
    Acceptance.Delivery full = delivery(text("x"), bob, MailboxName.INBOX, "").deliveries().get(0);
    Acceptance.Delivery nowhere =
        delivery(text("x"), gone, MailboxName.INBOX, "").deliveries().get(0);
    stores().accounts().setQuota(bob.id(), 1);
    stores().accounts().delete(gone.id());
    AtomicInteger told = new AtomicInteger();
    queue.onQueued(told::incrementAndGet);

    Acceptance made =
        commit.commit(new Acceptance(mail.mail(), List.of(full, fits, nowhere), List.of()));

    assertThat(made.deliveries()).containsExactly(fits);
    assertThat(made.onward())
        .extracting(Acceptance.Onward::recipient)
        .containsExactly(full.recipient(), nowhere.recipient());
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    assertThat(stores().mail().mailbox(inbox(bob)).messages()).isZero();
    assertThat(told).hasValue(1);
    List<QueuedMail> waiting = lease("me", 5, 5);
    assertThat(waiting)
        .extracting(QueuedMail::destination)
        .containsExactly("mailbox:" + full.recipient().address().domain());
    assertThat(waiting.get(0).id()).isEqualTo(mail.mail().id());
    assertThat(waiting.get(0).recipients())
        .extracting(QueuedRecipient::recipient)
        .containsExactly(full.recipient(), nowhere.recipient());
    assertThat(waiting.get(0).content().toBytes()).isEqualTo(text("for three").toBytes());
  }

  /** One account may have several recipients of a mail, and room for some of them. */
  @Test
  void countsAllCopiesOfAMailAgainstTheQuota() {
    Acceptance one = delivery(text("x"), ada, MailboxName.INBOX, "");
    Acceptance.Delivery copy = one.deliveries().get(0);
    stores().accounts().setQuota(ada.id(), 2 * text("x").size());

    Acceptance made =
        commit.commit(new Acceptance(one.mail(), List.of(copy, copy, copy), List.of()));

    assertThat(made.deliveries()).hasSize(2);
    assertThat(made.onward()).hasSize(1);
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(2);
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void leasesARecipientOnce() {
    accept("a@one.test", "b@one.test");

    List<QueuedMail> mine = lease("me", 5, 5);
    List<QueuedMail> yours = lease("you", 5, 5);

    assertThat(mine).hasSize(1);
    assertThat(mine.get(0).recipients()).hasSize(2);
    assertThat(yours).isEmpty();
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.list(5)).hasSize(1);
  }

  private SomePlaces serving(String destination, int places) {
    SomePlaces some = new SomePlaces("me", time.instant().plus(LEASE)).with(destination, places);
    queue.serve(some);
    return some;
  }

  /** Nobody has to ask for it, and nobody else gets it as long as that lease lasts. */
  @Test
  void whatThereIsAPlaceForIsLeasedAsItComesIn() {
    SomePlaces places = serving("one.test", 1);

    Submission mail = accept("a@one.test", "b@one.test", "c@two.test");

    List<QueuedMail> listed = queue.list(10);
    assertThat(places.begun()).hasSize(1);
    assertSame(places.begun().get(0), listed.get(0));
    assertThat(places.begun().get(0).id()).isEqualTo(mail.id());
    assertThat(places.begun().get(0).recipients()).hasSize(2);
    assertThat(lease("me", 5, 5)).extracting(QueuedMail::destination).containsExactly("two.test");
    assertThat(control.page(mail.id(), Position.START).mails().get(0).recipients())
        .allMatch(QueueControl.ListedRecipient::isUnderWay);

    time.advance(LEASE);

    assertThat(lease("you", 5, 5)).hasSize(2);
    assertThat(places.givenUp()).isEmpty();
  }

  /** What the first attempt sees is what any later one reads. */
  private static void assertSame(QueuedMail begun, QueuedMail read) {
    assertThat(begun.content().toBytes()).isEqualTo(read.content().toBytes());
    assertThat(begun.with(read.content())).isEqualTo(read);
  }

  @Test
  void anAttemptThatBeganAsItsMailCameInIsSettledLikeAnyOther() {
    SomePlaces places = serving("one.test", 2);
    accept("a@one.test");
    accept("b@one.test");
    long first = places.begun().get(0).recipients().get(0).id();
    long second = places.begun().get(1).recipients().get(0).id();

    Set<QueueId> gone = queue.settle(List.of(new Settlement.Done(first)), List.of());
    Instant due = time.instant().plusSeconds(60);
    queue.settle(
        List.of(new Settlement.Later(second, 0, time.instant(), due, "4.0.0 later", false)),
        List.of());

    assertThat(gone).containsExactly(places.begun().get(0).id());
    assertThat(lease("me", 5, 5)).isEmpty();
    time.advance(Duration.ofSeconds(60));
    assertThat(lease("me", 5, 5))
        .singleElement()
        .satisfies(mail -> assertThat(mail.recipients().get(0).attempts()).isEqualTo(1));
  }

  @Test
  void thereIsAPlaceForEachDeliveryAndTheOthersWaitForALease() {
    SomePlaces places = serving("one.test", 2);

    accept("a@one.test", "b@one.test", "c@one.test", "d@one.test", "e@one.test");

    assertThat(places.begun())
        .extracting(mail -> recipients(List.of(mail), "one.test"))
        .containsExactly(List.of("a", "b"), List.of("c", "d"));
    assertThat(recipients(lease("me", 5, 5), "one.test")).containsExactly("e");
  }

  @Test
  void whatIsOlderAndDueIsNotOvertaken() {
    accept("a@one.test");
    SomePlaces places = serving("one.test", 1);

    accept("b@one.test");
    assertThat(places.free("one.test")).isEqualTo(1);
    assertThat(recipients(lease("me", 5, 5), "one.test")).containsExactly("a", "b");

    accept("c@one.test");
    assertThat(recipients(places.begun(), "one.test")).containsExactly("c");
  }

  @Test
  void whatIsHeldNeedsNoPlaceAndWhatDoesNotComeInGivesItUp() {
    SomePlaces places = serving("one.test", 1);
    StagedContent content = text("onward");
    commit.commit(onward(mail(content, List.of("a@one.test"))).held());
    assertThat(places.free("one.test")).isEqualTo(1);

    Acceptance full = delivery(text("too much"), ada, MailboxName.INBOX, "A: b\r\n");
    stores().accounts().setQuota(ada.id(), 1);
    Acceptance.Onward beside =
        new Acceptance.Onward(
            onward(mail(content, List.of("b@one.test"))).onward().get(0).recipient(),
            "one.test",
            BESIDE);
    Acceptance refused = new Acceptance(full.mail(), full.deliveries(), List.of(beside));
    assertThatThrownBy(() -> commit.commit(refused)).isInstanceOf(OverQuota.class);
    content.close();

    assertThat(places.begun()).isEmpty();
    assertThat(places.givenUp().size() + places.free("one.test")).isEqualTo(1);
    assertThat(places.givenUp()).doesNotContain(true);
  }

  @Test
  void endsSeveralAttemptsAtOnceWhateverHasEndedBefore() {
    accept("a@one.test", "a@two.test");
    accept("b@one.test");
    List<QueuedMail> leased = lease("me", 5, 5);
    List<QueueStore.Ending> endings = new ArrayList<>();
    for (QueuedMail mail : leased) {
      List<Settlement> settlements = new ArrayList<>();
      done(mail, settlements);
      endings.add(new QueueStore.Ending(settlements, List.of()));
    }
    Set<QueueId> before = queue.settle(endings.subList(0, 1));

    Set<QueueId> gone = new HashSet<>(queue.settle(endings));

    assertThat(gone).noneMatch(before::contains);
    gone.addAll(before);
    assertThat(gone).hasSize(2);
    assertThat(queue.size()).isZero();
    assertThat(queue.settle(endings)).isEmpty();
  }

  @Test
  void leasesAreExclusiveAlsoWhenManyAsk() throws Exception {
    for (int i = 0; i < 60; i++) {
      accept("a@d" + i % 7 + ".test", "b@d" + i % 7 + ".test");
    }
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<List<Long>>> work = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        String owner = "owner" + t;
        work.add(() -> leaseAll(owner));
      }
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> leased : threads.invokeAll(work)) {
        all.addAll(leased.get());
      }
      assertThat(all).hasSize(120).doesNotHaveDuplicates();
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Long> leaseAll(String owner) {
    List<Long> ids = new ArrayList<>();
    List<QueuedMail> leased;
    do {
      leased = lease(owner, 3, 4);
      leased.forEach(mail -> mail.recipients().forEach(r -> ids.add(r.id())));
    } while (!leased.isEmpty());
    return ids;
  }

  @Test
  void leasesEndByThemselvesUnlessTheyAreRenewed() {
    accept("a@one.test");
    List<QueuedMail> held = lease("me", 5, 5);
    assertThat(held).hasSize(1);
    List<Long> recipients = List.of(held.get(0).recipients().get(0).id());

    time.advance(LEASE.minusSeconds(1));
    assertThat(lease("you", 5, 5)).isEmpty();
    queue.renew("me", time.instant(), LEASE, recipients);
    time.advance(LEASE.minusSeconds(1));
    assertThat(lease("you", 5, 5)).isEmpty();
    queue.renew("you", time.instant(), LEASE, recipients);
    queue.renew("me", time.instant(), LEASE, List.of(recipients.get(0) + 1));
    time.advance(Duration.ofSeconds(1));

    List<QueuedMail> taken = lease("you", 5, 5);
    assertThat(taken).hasSize(1);
    assertThat(taken.get(0).recipients().get(0).attempts()).isZero();
    assertThat(lease("me", 5, 5)).isEmpty();
  }

  @Test
  void givesBackTheLeasesOfAnEarlierRun() {
    accept("a@one.test");
    accept("b@two.test");
    lease("me", 1, 5);
    lease("you", 1, 5);
    assertThat(lease("me", 5, 5)).isEmpty();

    queue.releaseLeases("me");

    assertThat(lease("me", 5, 5)).hasSize(1);
    assertThat(lease("me", 5, 5)).isEmpty();
  }

  @Test
  void settlesEachRecipientByItself() {
    Submission mail = accept("a@one.test", "b@one.test", "c@one.test");
    List<QueuedRecipient> rows = lease("me", 5, 5).get(0).recipients();
    Instant later = time.instant().plusSeconds(300);

    queue.settle(
        List.of(
            new Settlement.Done(rows.get(0).id()),
            new Settlement.Later(
                rows.get(1).id(), 0, time.instant(), later, "4.2.1 not now\u00fc", true)),
        List.of());

    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.nextDue()).contains(later);
    assertThat(lease("me", 5, 5)).isEmpty();
    time.advance(Duration.ofSeconds(299));
    assertThat(lease("me", 5, 5)).isEmpty();
    time.advance(Duration.ofSeconds(1));
    QueuedRecipient again = lease("me", 5, 5).get(0).recipients().get(0);
    assertThat(again.id()).isEqualTo(rows.get(1).id());
    assertThat(again.recipient()).isEqualTo(rows.get(1).recipient());
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(again.lastReason()).isEqualTo("4.2.1 not now\u00fc");
    assertThat(again.delayReported()).isTrue();
    assertThat(queue.settle(List.of(new Settlement.Done(again.id())), List.of()))
        .as("something is left of it")
        .isEmpty();
    List<Settlement> last = List.of(new Settlement.Done(rows.get(2).id()));
    assertThat(queue.settle(last, List.of())).containsExactly(mail.id());
    assertThat(queue.settle(last, List.of())).as("it had been done").isEmpty();
    assertThat(queue.size()).isZero();
    assertThat(queue.list(5)).isEmpty();
    assertThat(queue.nextDue()).isEmpty();
  }

  @Test
  void settlingWhatIsGoneIsWithoutEffect() {
    accept("a@one.test");
    long id = lease("me", 5, 5).get(0).recipients().get(0).id();
    queue.settle(List.of(new Settlement.Done(id)), List.of());

    queue.settle(
        List.of(
            new Settlement.Done(id),
            new Settlement.Later(id, 0, time.instant(), time.instant(), "again", false)),
        List.of(delivery(text("told twice"), ada, MailboxName.INBOX, "")));

    assertThat(queue.size()).isZero();
    assertThat(lease("me", 5, 5)).isEmpty();
    assertThat(stores().mail().mailbox(inbox()).messages()).isZero();
  }

  /** Who was not told whether an outcome was kept asks again. */
  @Test
  void settlesOnceHoweverOftenItIsAsked() {
    accept("a@one.test", "b@one.test");
    List<QueuedRecipient> rows = lease("me", 5, 5).get(0).recipients();
    Instant later = time.instant().plusSeconds(300);
    List<Settlement> outcome =
        List.of(
            new Settlement.Done(rows.get(0).id()),
            new Settlement.Later(
                rows.get(1).id(), 0, time.instant(), later, "4.2.1 not now", true));

    for (int i = 0; i < 2; i++) {
      queue.settle(outcome, List.of(delivery(text("report"), ada, MailboxName.INBOX, "")));
    }

    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    assertThat(queue.list(5).get(0).recipients())
        .extracting(QueuedRecipient::attempts)
        .containsExactly(1);
  }

  @Test
  void putsOffOnceHoweverOftenItIsAsked() {
    accept("a@one.test", "b@one.test");
    for (int attempts = 0; attempts < 2; attempts++) {
      Instant later = time.instant().plusSeconds(300);
      List<Settlement> outcome = new ArrayList<>();
      for (QueuedRecipient row : lease("me", 5, 5).get(0).recipients()) {
        outcome.add(
            new Settlement.Later(
                row.id(), row.attempts(), time.instant(), later, "4.2.1 not now", true));
      }

      for (int i = 0; i < 2; i++) {
        queue.settle(outcome, List.of(delivery(text("late"), ada, MailboxName.INBOX, "")));
      }

      assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(attempts + 1);
      assertThat(queue.list(5).get(0).recipients())
          .extracting(QueuedRecipient::attempts)
          .containsExactly(attempts + 1, attempts + 1);
      time.advance(Duration.ofMinutes(5));
    }
  }

  @Test
  void givesBackWhatIsLeasedButNotHeld() {
    accept("a@one.test", "b@one.test");
    accept("c@two.test");
    List<QueuedRecipient> mine = lease("me", 1, 5).get(0).recipients();
    lease("you", 1, 5);

    queue.releaseLeases("me", List.of(mine.get(0).id()));

    List<QueuedMail> leased = lease("me", 5, 5);
    assertThat(leased).hasSize(1);
    assertThat(leased.get(0).recipients())
        .extracting(QueuedRecipient::id)
        .containsExactly(mine.get(1).id());
    queue.releaseLeases("me", List.of());
    assertThat(lease("me", 5, 5).get(0).recipients()).hasSize(2);
  }

  @Test
  void acceptsReportsInTheUnitThatSettles() {
    accept("a@one.test");
    long id = lease("me", 5, 5).get(0).recipients().get(0).id();
    Acceptance here = delivery(text("report"), ada, MailboxName.INBOX, "");
    Acceptance away = onward(mail(text("report"), List.of("sender@two.test")));

    queue.settle(List.of(new Settlement.Done(id)), List.of(here, away));

    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    assertThat(queue.list(5)).extracting(QueuedMail::destination).containsExactly("two.test");
  }

  @Test
  void settlesNothingWhenAReportCannotBeTaken() {
    accept("a@one.test");
    long id = lease("me", 5, 5).get(0).recipients().get(0).id();
    stores().accounts().setQuota(ada.id(), 1);
    Acceptance away = onward(mail(text("report"), List.of("sender@two.test")));
    Acceptance report = delivery(text("report"), ada, MailboxName.INBOX, "");

    assertThatThrownBy(() -> queue.settle(List.of(new Settlement.Done(id)), List.of(away, report)))
        .isInstanceOf(OverQuota.class);

    assertThat(queue.list(5)).extracting(QueuedMail::destination).containsExactly("one.test");
    time.advance(LEASE);
    assertThat(lease("me", 5, 5)).hasSize(1);
  }

  @Test
  void oneDestinationDoesNotHideAnother() {
    for (int i = 0; i < 30; i++) {
      accept("r" + i + "@busy.test");
      time.advance(Duration.ofMillis(1));
    }
    accept("a@one.test");
    accept("a@two.test");

    List<QueuedMail> leased = lease("me", 3, 4);

    assertThat(leased).extracting(QueuedMail::destination).contains("one.test", "two.test");
    assertThat(recipients(leased, "busy.test")).containsExactly("r0", "r1", "r2", "r3");
    assertThat(recipients(leased, "one.test")).containsExactly("a");
  }

  @Test
  void leavesBusyDestinationsOut() {
    accept("a@one.test");
    accept("a@two.test");

    List<QueuedMail> leased =
        queue.lease(
            "me", time.instant(), LEASE, Chosen.of(5, 5).without(Set.of("one.test", "three.test")));

    assertThat(leased).extracting(QueuedMail::destination).containsExactly("two.test");
    assertThat(lease("me", 5, 5)).extracting(QueuedMail::destination).containsExactly("one.test");
  }

  @Test
  void leasesNoMoreThanAskedFor() {
    accept("a@one.test", "b@one.test", "c@one.test");
    accept("a@two.test");
    accept("a@three.test");

    List<QueuedMail> first = lease("me", 1, 2);
    List<QueuedMail> second = lease("me", 2, 2);
    List<QueuedMail> third = lease("me", 2, 2);

    assertThat(first).hasSize(1);
    assertThat(recipients(first, "one.test")).hasSize(2);
    assertThat(second.stream().map(QueuedMail::destination).distinct()).hasSize(2);
    assertThat(first.size() + second.size() + third.size()).isEqualTo(4);
    assertThat(lease("me", 2, 2)).isEmpty();
  }

  @Test
  void leasesNoMoreMailsThanAskedForAndAsManyRecipientsOfThem() {
    for (int i = 0; i < 3; i++) {
      accept("a" + i + "@one.test", "b" + i + "@one.test");
      time.advance(Duration.ofMillis(1));
    }

    List<QueuedMail> leased = lease(new QueueStore.Share(2, 50));
    List<QueuedMail> rest = lease(new QueueStore.Share(2, 1));

    assertThat(recipients(leased, "one.test")).containsExactly("a0", "b0", "a1", "b1");
    assertThat(recipients(rest, "one.test")).containsExactly("a2");
    assertThat(lease(QueueStore.Share.NONE)).isEmpty();
  }

  @Test
  void leasesAMailWithManyRecipientsInSeveralDeliveries() {
    accept("a@one.test", "b@one.test", "c@one.test", "d@one.test", "e@one.test");
    time.advance(Duration.ofMillis(1));
    accept("f@one.test", "g@one.test");

    List<QueuedMail> leased = lease(new QueueStore.Share(3, 50, 2));
    List<QueuedMail> rest = lease(new QueueStore.Share(5, 50, 1));

    assertThat(leased)
        .extracting(mail -> recipients(List.of(mail), "one.test"))
        .containsExactlyInAnyOrder(List.of("a", "b"), List.of("c", "d"), List.of("e"));
    assertThat(leased).extracting(QueuedMail::id).containsOnly(leased.get(0).id());
    assertThat(rest)
        .extracting(mail -> recipients(List.of(mail), "one.test"))
        .containsExactlyInAnyOrder(List.of("f"), List.of("g"));
    for (QueuedMail mail : leased) {
      assertThat(queue.settle(done(mail), List.of())).as("each ends by itself").hasSizeLessThan(2);
    }
    assertThat(queue.size()).isEqualTo(2);
  }

  private static List<Settlement> done(QueuedMail mail) {
    return mail.recipients().stream()
        .<Settlement>map(one -> new Settlement.Done(one.id()))
        .toList();
  }

  /** Of each destination so much. */
  private List<QueuedMail> lease(QueueStore.Share share) {
    return queue.lease(
        "me",
        time.instant(),
        LEASE,
        new QueueStore.Choice() {
          @Override
          public int destinations() {
            return 10;
          }

          @Override
          public boolean wants(String destination) {
            return true;
          }

          @Override
          public QueueStore.Share share(String destination) {
            return share;
          }

          @Override
          public boolean holds(long recipient) {
            return false;
          }
        });
  }

  /** The clock has jumped over the lease, or a crash has undone it, while the attempt goes on. */
  @Test
  void leavesOutWhatTheAskerHoldsWhateverTheRowSays() {
    accept("a@one.test", "b@one.test");
    List<QueuedRecipient> held = lease("me", 5, 5).get(0).recipients();
    accept("c@one.test");
    time.advance(Duration.ofDays(1));
    Set<Long> ids = Set.of(held.get(0).id(), held.get(1).id());

    List<QueuedMail> leased =
        queue.lease("me", time.instant(), LEASE, Chosen.of(5, 1).holding(ids));

    assertThat(recipients(leased, "one.test")).containsExactly("c");
    assertThat(queue.lease("me", time.instant(), LEASE, Chosen.of(5, 5).holding(ids))).isEmpty();
    assertThat(recipients(lease("me", 5, 5), "one.test")).containsExactly("a", "b");
  }

  @Test
  void groupsByMailAndDestination() {
    Submission one = accept("a@one.test", "b@two.test", "c@one.test");
    Submission two = accept("a@one.test");

    List<QueuedMail> leased = lease("me", 5, 5);

    assertThat(leased)
        .extracting(mail -> mail.id() + " " + mail.destination() + " " + mail.recipients().size())
        .containsExactlyInAnyOrder(
            one.id() + " one.test 2", one.id() + " two.test 1", two.id() + " one.test 1");
  }

  @Test
  void saysWhenTheNextIsDue() {
    assertThat(queue.nextDue()).isEmpty();
    Submission first = accept("a@one.test");
    assertThat(queue.nextDue()).contains(first.arrived());
    time.advance(Duration.ofSeconds(1));
    Submission second = accept("a@two.test");

    assertThat(queue.nextDue()).contains(first.arrived());
    lease("me", 1, 5);
    assertThat(queue.nextDue()).contains(second.arrived());
    lease("me", 1, 5);
    assertThat(queue.nextDue()).as("a lease ends").contains(time.instant().plus(LEASE));
    queue.releaseLeases("me");
    assertThat(queue.nextDue()).contains(first.arrived());
  }

  @Test
  void saysWhenTheNextIsDueBesideBusyDestinations() {
    lease("me", 100, 5); // what was due earlier and is gone may be remembered until then
    Submission first = accept("a@one.test");
    time.advance(Duration.ofSeconds(1));
    Submission second = accept("a@two.test");

    assertThat(queue.nextDue(Chosen.of(5, 5).without(Set.of())).orElseThrow())
        .isBeforeOrEqualTo(first.arrived());
    assertThat(queue.nextDue(Chosen.of(5, 5).without(Set.of("one.test"))).orElseThrow())
        .isBeforeOrEqualTo(second.arrived());
    assertThat(
            queue
                .nextDue(Chosen.of(5, 5).without(Set.of("one.test", "two.test")))
                .orElse(Instant.MAX))
        .isAfter(second.arrived());
    lease("me", 5, 5);
    assertThat(queue.nextDue(Chosen.of(5, 5).without(Set.of("one.test"))).orElseThrow())
        .as("a lease ends")
        .isAfter(time.instant())
        .isBeforeOrEqualTo(time.instant().plus(LEASE));
  }

  /** What far sides say, and what becomes of it on its way. */
  @ParameterizedTest
  @ValueSource(
      strings = {"a\0b", "half \uD83D", "\uDE00 half", "\uD83D\uDE00 whole", "x\uDE00\uD83D"})
  void keepsWhateverReasonAnOutcomeHas(String end) {
    accept("a@one.test");
    for (int length : new int[] {0, 1997, 1998, 1999, 2000, 3000}) {
      QueuedRecipient leased = lease("me", 5, 5).get(0).recipients().get(0);
      String reason = "x".repeat(length) + end;

      queue.settle(
          List.of(
              new Settlement.Later(
                  leased.id(), leased.attempts(), time.instant(), time.instant(), reason, false)),
          List.of());

      String kept = queue.list(1).get(0).recipients().get(0).lastReason();
      assertThat(kept).startsWith("x".repeat(Math.min(length, 2000)));
    }
  }

  @Test
  void listsTheOldestFirst() {
    for (int i = 0; i < 5; i++) {
      accept("r" + i + "@d" + (9 - i) + ".test");
      time.advance(Duration.ofSeconds(1));
    }

    List<QueuedMail> listed = queue.list(3);

    assertThat(listed)
        .extracting(mail -> mail.recipients().get(0).recipient().address().localPart())
        .containsExactly("r0", "r1", "r2");
  }

  /** More recipients than are read at a time, in one mail and in many. */
  @Test
  void listsWholeMailsHoweverManyRecipientsTheyHave() {
    List<String> many = IntStream.range(0, 1203).mapToObj(i -> "r" + i + "@one.test").toList();
    commit.commit(onward(mail(text("many"), many)));
    for (int i = 0; i < 3; i++) {
      accept("s" + i + "@two.test");
    }

    List<QueuedMail> listed = queue.list(3);

    assertThat(listed).extracting(mail -> mail.recipients().size()).containsExactly(1203, 1, 1);
    assertThat(listed.get(0).recipients())
        .extracting(one -> one.recipient().address().localPart())
        .doesNotHaveDuplicates();
    assertThat(queue.list(1)).hasSize(1);
    assertThat(queue.list(10)).hasSize(4);
    assertThat(queue.setAside(10)).isEmpty();
  }

  @Test
  void tellsWhenSomethingWasQueued() {
    AtomicInteger told = new AtomicInteger();
    queue.onQueued(told::incrementAndGet);

    commit.commit(delivery(text("x"), ada, MailboxName.INBOX, ""));
    assertThat(told).hasValue(0);
    accept("a@one.test");
    assertThat(told).hasValue(1);
    long id = lease("me", 5, 5).get(0).recipients().get(0).id();
    queue.settle(
        List.of(new Settlement.Done(id)),
        List.of(onward(mail(text("r"), List.of("sender@two.test")))));
    assertThat(told).hasValue(2);
  }

  @Test
  void keepsTheContentWhileAnybodyNeedsIt() {
    Acceptance here = delivery(text("shared"), ada, MailboxName.INBOX, "");
    commit.commit(new Acceptance(here.mail(), here.deliveries(), onward(here.mail()).onward()));
    stores().mail().expunge(inbox(), stores().mail().snapshot(inbox()).uids());
    stores().accounts().delete(ada.id());

    QueuedMail leased = lease("me", 5, 5).get(0);

    assertThat(new String(leased.content().toBytes(), UTF_8)).contains("This is shared.");
  }

  // --- words

  /** Queues a mail of now; each recipient's destination is its domain. */
  private Submission accept(String... recipients) {
    Submission mail = mail(text("mail"), List.of(recipients));
    commit.commit(onward(mail));
    return mail;
  }

  private static Acceptance onward(Submission mail) {
    List<Acceptance.Onward> onward = new ArrayList<>();
    for (Recipient recipient : mail.envelope().recipients()) {
      onward.add(new Acceptance.Onward(recipient, recipient.address().domain().name()));
    }
    return new Acceptance(mail, List.of(), onward);
  }

  private List<QueuedMail> lease(String owner, int destinations, int perDestination) {
    return queue.lease(owner, time.instant(), LEASE, Chosen.of(destinations, perDestination));
  }

  private static void done(QueuedMail mail, List<Settlement> settlements) {
    mail.recipients().forEach(r -> settlements.add(new Settlement.Done(r.id())));
  }

  private static List<String> recipients(List<QueuedMail> mails, String destination) {
    return mails.stream()
        .filter(mail -> mail.destination().equals(destination))
        .flatMap(mail -> mail.recipients().stream())
        .map(recipient -> recipient.recipient().address().localPart())
        .toList();
  }
}
