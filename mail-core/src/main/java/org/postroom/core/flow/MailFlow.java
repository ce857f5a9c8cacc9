package org.postroom.core.flow;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.QueueId;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Attempts;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.time.Timers;

/** The way of a mail through the house. Each line is one station; each station is one type. */
public final class MailFlow implements Attempts {
  private final Router router;
  private final MailCommit commit;
  private final Addressing addressing;
  private final Expansion expansion;
  private final Screening screening;
  private final Wishes usual;
  private final Dispatch dispatch;
  private final Commitment commitment;
  private final Outcomes outcomes;
  private final Tidings tidings;

  /**
   * Joins the stations.
   *
   * @param addressing says whom mail is from and for
   * @param filters look into mails
   * @param usual what is wished of a mail that is handed over without a word
   * @param commit where mails become ours
   * @param queue where the outcome of attempts is written
   * @param transports by the name that routes give them, beside those that are always there
   * @param memory what is held of mail that comes home is charged to it
   * @param tidings says what becomes of mails
   * @param attemptLimit how long one attempt may take
   * @param workers where attempts that take longer are cut off
   * @param lifeline hears of a machine that fails under a transport
   */
  public MailFlow(
      Router router,
      Addressing addressing,
      FilterStation filters,
      Wishes usual,
      MailCommit commit,
      QueueStore queue,
      Map<String, Transport> transports,
      RetrySchedule schedule,
      Duration attemptLimit,
      Bounce bounce,
      MemoryBudget memory,
      Tidings tidings,
      Clock clock,
      Timers timers,
      Executor workers,
      Lifeline lifeline) {
    this.router = router;
    this.commit = commit;
    this.addressing = addressing;
    this.expansion = addressing.expansion(router, clock);
    this.usual = usual;
    this.dispatch =
        new Dispatch(router, transports, attemptLimit, clock, timers, workers, lifeline);
    this.screening = new Screening(filters, expansion, router::permits, dispatch::has);
    this.tidings = tidings;
    this.commitment = new Commitment(bounce, expansion, tidings);
    this.outcomes =
        new Outcomes(
            addressing, expansion, commit, queue, schedule, bounce, memory, tidings, clock);
  }

  private MailFlow(MailFlow other, MailCommit commit) {
    this.router = other.router;
    this.commit = commit;
    this.addressing = other.addressing;
    this.expansion = other.expansion;
    this.screening = other.screening;
    this.usual = other.usual;
    this.dispatch = other.dispatch;
    this.commitment = other.commitment;
    this.outcomes = other.outcomes;
    this.tidings = other.tidings;
  }

  /**
   * The same way with another end: what is accepted becomes ours in the unit of work of {@code
   * other}, together with whatever else that does. Attempts are not concerned.
   */
  public MailFlow into(MailCommit other) {
    return new MailFlow(this, other);
  }

  /**
   * By which hosts mail would leave, as {@link Transport#hosts} has it.
   *
   * @param transport as routes name it
   */
  public CompletionStage<List<String>> hosts(String transport, String nextHop, Address recipient) {
    return dispatch.hosts(transport, nextHop, recipient);
  }

  /**
   * Takes responsibility: when this returns {@link Handover.Taken}, the mail is in its mailboxes
   * and queued, durably, and the client may hear 250. Else, and when it throws, it is nowhere.
   *
   * @return what became of it: a recipient whose mailbox had no room is one that waits; the first
   *     one is the mail itself, those behind it go to lists in the names of their owners
   */
  public Handover accept(Submission mail) {
    Submission sent = addressing.fromWhom(mail);
    return screened(sent, expansion.all(sent), usual);
  }

  /**
   * The same where it is known what the recipients come to.
   *
   * @param recipients those of the envelope, as {@link #expansion} has expanded them
   * @param wishes what its door leaves to us
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public Handover accept(Submission mail, List<Expanded> recipients, Wishes wishes) {
    return screened(addressing.fromWhom(mail), recipients, wishes);
  }

  private Handover screened(Submission mail, List<Expanded> recipients, Wishes wishes) {
    return screening.screen(
        mail, recipients, wishes, (screened, treatment) -> take(screened, recipients, treatment));
  }

  private Handover take(Submission mail, List<Expanded> recipients, Treatment treatment) {
    List<Expanded> served =
        screening.treated(mail, addressing.forWhom(mail, recipients, expansion), treatment);
    List<Acceptance> acceptances = commitment.take(mail, served, treatment, commit);
    acceptances.forEach(tidings::announce);
    return new Handover.Taken(acceptances);
  }

  /**
   * Logs where an accepted mail's recipients in this house have it. Apart from {@link #accept}, so
   * that the line that says whose mail it is can come before.
   */
  public void logDeliveries(List<Acceptance> acceptances) {
    acceptances.forEach(tidings::arrived);
  }

  /**
   * Tells the sender of a mail that nobody gets it: its report becomes ours in one unit of work.
   * Nobody is told of a notification's own failure, and nobody who did not want to hear.
   *
   * @param mail that was to be accepted, and is not
   * @param status why, as an enhanced status code (RFC 3463), for all its recipients
   * @param reason the same for people
   */
  public void giveBack(QueuedMail mail, String status, String reason) {
    outcomes.giveBack(dispatch.refused(mail, status, reason), commit);
  }

  /**
   * Sends recipients of a mail in the queue on their way again, as if it came now: whatever
   * configuration says of addresses and routes today counts, and it is due at once. Where a filter
   * has decided where the mail goes, it goes there all the same. It becomes another mail, in the
   * unit of work that takes them out of the queue.
   *
   * @param mail with those recipients
   * @return what it is called from now on; empty when one of them is gone, or under way: nothing is
   *     done then
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now; nothing is
   *     done
   * @throws org.postroom.core.refusal.OverQuota when a mailbox here would have it, and cannot take
   *     it; nothing is done
   * @throws org.postroom.core.refusal.MailboxNotFound the same
   * @throws org.postroom.core.refusal.ContentDamaged when the mail cannot be read; nothing is done
   */
  public Optional<QueueId> requeue(QueuedMail mail) {
    return outcomes.requeue(mail);
  }

  /** An id for a mail that begins its way. */
  public QueueId newId() {
    return commit.newId();
  }

  /** What settings say of whom mail is from and for. */
  public Addressing addressing() {
    return addressing;
  }

  /** What recipients come to now. */
  public Expansion expansion() {
    return expansion;
  }

  /** Whether somebody here has the address: its mail, or would have it if that stayed here. */
  public boolean isOwned(Address address, Facts facts) {
    return router.holder(address, facts).isPresent() || expansion.leadsHome(address, facts);
  }

  /**
   * Whether mail from {@code sender} may be submitted by {@code account}: who gets what is sent
   * there owns it, through an alias too.
   */
  public boolean owns(Account account, Address sender, Facts facts) {
    return router.owns(account, sender, facts) || expansion.leadsTo(account, sender, facts);
  }

  @Override
  public CompletionStage<Made> attempt(QueuedMail mail) {
    return dispatch.attempt(mail).thenApply(Attempt::new);
  }

  @Override
  public Made postpone(QueuedMail mail) {
    return new Attempt(dispatch.postponed(mail));
  }

  /** An attempt that is over. */
  private final class Attempt implements Made {
    private final Dispatch.Ended ended;
    private final Outcomes.Unsettled unsettled;
    private final Optional<RowsOnly> rowsOnly;

    Attempt(Dispatch.Ended ended) {
      this.ended = ended;
      this.unsettled = new Outcomes.Unsettled(ended);
      this.rowsOnly = outcomes.rowsOnly(unsettled);
    }

    @Override
    public Outcome outcome() {
      return ended.outcome();
    }

    @Override
    public void settle() {
      outcomes.settle(unsettled);
    }

    @Override
    public Optional<RowsOnly> rowsOnly() {
      return rowsOnly;
    }
  }
}
