package org.postroom.core.flow;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.srs.NotOurs;

/**
 * The station that says whom a recipient stands for: written anew once ({@link Rewriting}), then by
 * virtual(5) in every domain, then by aliases(5) in our own and by what users of the machine say
 * themselves, again and again until nothing more stands for anything; then each is routed. A pure
 * function of what is known: SMTP asks it at RCPT and carries the answer, whoever has no RCPT asks
 * it when the mail is there.
 *
 * <p>What an alias of ours names without a domain, or in a domain of ours, is a name of aliases(5)
 * again, not of virtual(5); what it names in another domain, in a file, or as a list with an owner,
 * is everything again.
 */
public final class Expansion {
  private static final Route.Nowhere NOT_FORWARDED =
      new Route.Nowhere(550, "5.1.1", "Not an address that mail was forwarded from here");

  private final Router router;
  private final Policy policy;
  private final Rewriting rewriting;
  private final Forwarding forwarding;
  private final Clock clock;
  private final Course.Means means;
  private final Course.Means administrators;

  /**
   * Routes by {@code router} what recipients come to.
   *
   * @param clock by which forwarded mail has its time
   */
  public Expansion(
      Router router,
      Policy policy,
      Rewriting rewriting,
      Aliases aliases,
      Forwarding forwarding,
      Clock clock) {
    this.router = router;
    this.policy = policy;
    this.rewriting = rewriting;
    this.forwarding = forwarding;
    this.clock = clock;
    this.means = new Course.Means(router, policy, aliases, forwarding, clock);
    this.administrators =
        new Course.Means(router, policy, aliases.withoutForwards(), forwarding, clock);
  }

  /**
   * What each of {@code recipients} of a mail comes to, by asking and waiting for all that is
   * wanted.
   *
   * @param sender of the mail, as it was written anew
   * @throws LookupUnavailable where that cannot be said now: nobody would be told of it later
   */
  List<Expanded> all(ReversePath sender, List<Recipient> recipients) {
    return recipients.stream()
        .map(recipient -> sure(expanded(sender, recipient, Facts.WAITING)))
        .toList();
  }

  /** The same for those who get a copy beside them, of which the sender knows nothing. */
  List<Expanded> copies(ReversePath sender, List<Recipient> recipients) {
    return recipients.stream()
        .map(recipient -> sure(expanded(sender, recipient, true, Facts.WAITING)).beside())
        .toList();
  }

  /**
   * What those come to who are told of something. Where a file of their own cannot be obeyed now
   * they hear of it in their mailboxes: nobody would bring it again when the file is mended, and
   * the mail that it is about would have no end till then.
   */
  List<Expanded> told(Submission notification) {
    ReversePath sender = notification.envelope().sender();
    return notification.envelope().recipients().stream()
        .map(
            recipient -> {
              Expanded first = expanded(sender, recipient, Facts.WAITING);
              return isForNow(first)
                  ? sure(expanded(administrators, sender, recipient, false, Facts.WAITING))
                  : first;
            })
        .toList();
  }

  private static boolean isForNow(Expanded expanded) {
    return expanded.nowhere().filter(nowhere -> nowhere.code() < 500).isPresent();
  }

  private static Expanded sure(Expanded expanded) {
    expanded
        .nowhere()
        .filter(nowhere -> nowhere.code() < 500)
        .ifPresent(
            nowhere -> {
              throw new LookupUnavailable(expanded.recipient().address() + ": " + nowhere.text());
            });
    return expanded;
  }

  /** What each recipient of a mail comes to, by asking and waiting for all that is wanted. */
  List<Expanded> all(Submission mail) {
    return all(mail.envelope().sender(), mail.envelope().recipients());
  }

  /**
   * Whether an address stands for one of an account's, by the administrator's word: to whom a user
   * has his mail sent is not who he is.
   */
  boolean leadsTo(Account account, Address address, Facts facts) {
    return targetsOf(address, facts)
        .anyMatch(
            target ->
                target.route() instanceof Route.ToMailbox mailbox
                    ? mailbox.account().id().equals(account.id())
                    : isElsewhere(target)
                        && router.owns(account, target.recipient().address(), facts));
  }

  /** Whether an address stands for one that somebody here has. */
  boolean leadsHome(Address address, Facts facts) {
    return targetsOf(address, facts)
        .anyMatch(
            target ->
                target.route() instanceof Route.ToMailbox
                    || isElsewhere(target)
                        && router.holder(target.recipient().address(), facts).isPresent());
  }

  private Stream<Target> targetsOf(Address address, Facts facts) {
    ReversePath nobody = ReversePath.NULL;
    return expanded(administrators, nobody, Recipient.of(address), false, facts).targets().stream();
  }

  /** Whether an address of ours has its mail elsewhere. */
  private boolean isElsewhere(Target target) {
    return target.route() instanceof Route.Onward
        && policy.domains().classOf(target.recipient().address().domain()).isOurs();
  }

  /**
   * What {@code recipient} comes to.
   *
   * @param sender whom the mail is from, as whoever brings it says: tables of relay hosts go by it
   */
  public Expanded expand(ReversePath sender, Recipient recipient, Facts facts) {
    return expanded(rewriting.sender(sender, facts, new ArrayList<>()), recipient, facts);
  }

  /** The same by asking and waiting for all that is wanted. */
  public Expanded expand(ReversePath sender, Recipient recipient) {
    return expand(sender, recipient, Facts.WAITING);
  }

  /** The same for a sender who was written anew. */
  private Expanded expanded(ReversePath sender, Recipient recipient, Facts facts) {
    return expanded(sender, recipient, false, facts);
  }

  private Expanded expanded(ReversePath sender, Recipient recipient, boolean unasked, Facts facts) {
    return expanded(means, sender, recipient, unasked, facts);
  }

  private Expanded expanded(
      Course.Means by, ReversePath sender, Recipient recipient, boolean unasked, Facts facts) {
    List<String> trace = new ArrayList<>();
    Address meant;
    try {
      meant = meant(recipient.address(), trace);
    } catch (NotOurs e) {
      trace.add(recipient.address() + ": " + e.why() + " (srs_domain)");
      return new Expanded(recipient, List.of(new Target(recipient, NOT_FORWARDED)), trace);
    }
    Address first = rewriting.recipient(meant, facts, trace);
    Course course = new Course(by, sender, recipient, unasked, facts, trace);
    return by.aliases().isEmpty() && first.equals(recipient.address())
        ? course.straight()
        : course.from(first);
  }

  /** Mail that comes back is for the sender of what was forwarded: before anything else. */
  private Address meant(Address recipient, List<String> trace) {
    Optional<Address> back = forwarding.back(recipient, clock);
    back.ifPresent(sender -> trace.add(recipient + " -> " + sender + " (srs_domain)"));
    return back.orElse(recipient);
  }

  /** The same where virtual(5) has had its say: whoever sends mail elsewhere names who gets it. */
  Expanded redirected(ReversePath sender, Recipient recipient, Facts facts) {
    Course course = new Course(means, sender, recipient, true, facts, new ArrayList<>());
    course.local(recipient.address(), Optional.empty());
    return sure(course.ended());
  }
}
