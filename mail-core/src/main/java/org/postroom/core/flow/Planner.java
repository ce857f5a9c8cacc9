package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Acceptance.Claim;

/** Plans what becomes of each recipient of a mail: a mailbox here, or the queue. */
final class Planner {
  private final Predicate<ReversePath> notifies;

  /**
   * One for all mail.
   *
   * @param notifies whether a sender is one of notifications
   */
  Planner(Predicate<ReversePath> notifies) {
    this.notifies = notifies;
  }

  /**
   * Each mailbox gets one copy, and each address elsewhere, however many ways lead there. What goes
   * out in the name of a list's owner is a mail of its own: reports on it are the owner's. So is
   * what is forwarded where its sender stands for himself elsewhere, and what a user has sent on by
   * a word of his own: it says so, and does not go on by that word again.
   *
   * @param treatment of the whole mail; one that is held waits in the queue, whole
   * @param ids for such mails
   * @return at least one, the first of which has the mail's id; it is in its sender's name where
   *     anything of it is
   */
  List<Acceptance> plan(
      Submission mail, List<Expanded> recipients, Treatment treatment, Supplier<QueueId> ids) {
    Map<Name, Shares> bySender = new LinkedHashMap<>();
    Shares own = new Shares();
    bySender.put(Name.OWN, own);
    Set<Object> served = new HashSet<>();
    Map<Address, Boolean> circles = new HashMap<>();
    for (Expanded expanded : recipients) {
      for (Target named : expanded.targets()) {
        Target target = outOfCircles(mail, named.by(treatment.route(named)), circles);
        if (isToBeServed(target, served)) {
          bySender
              .computeIfAbsent(name(mail, target), name -> new Shares())
              .add(mail, target, owner(mail, target), claim(mail, expanded, target));
        }
      }
    }
    if (own.isEmpty() && bySender.size() > 1) {
      bySender.remove(Name.OWN);
    }
    List<Acceptance> plans = new ArrayList<>(bySender.size());
    bySender.forEach(
        (name, shares) -> {
          QueueId id = plans.isEmpty() ? mail.id() : ids.get();
          Acceptance plan =
              new Acceptance(name.over(mail.as(id)), shares.deliveries, shares.onward);
          plans.add(treatment.held() ? queued(plan).held() : plan);
        });
    return plans;
  }

  /**
   * Of one copy among several whoever brings the mail cannot be told: he would bring all again. Nor
   * where the sender hears that it has gone on.
   */
  private static Claim claim(Submission mail, Expanded expanded, Target target) {
    if (expanded.isBeside()) {
      return Claim.BESIDE;
    }
    if (target.route() instanceof Route.Kept) {
      return Claim.KEPT;
    }
    return mail.origin().hearsOfEach()
            && expanded.targets().size() == 1
            && !Exploded.explodes(mail, expanded)
        ? Claim.ANSWERED
        : Claim.NAMED;
  }

  /**
   * Mail that has gone on by a user's word before is returned, wherever it would go now.
   *
   * @param known by whose it has, and by whose not: the header is read once for each
   */
  private static Target outOfCircles(Submission mail, Target target, Map<Address, Boolean> known) {
    if (target.forwarders().isEmpty()) {
      return target;
    }
    return target.forwarders().stream()
        .filter(
            forwarder ->
                known.computeIfAbsent(forwarder, one -> DeliveredTo.has(mail.content(), one)))
        .findFirst()
        .map(
            forwarder ->
                target.by(
                    BuiltInTransports.returning(
                        DeliveredTo.LOOP, DeliveredTo.inCircles(forwarder))))
        .orElse(target);
  }

  private static boolean isToBeServed(Target target, Set<Object> served) {
    if (target.route() instanceof Route.ToMailbox mailbox) {
      return served.add(List.of(mailbox.account().id(), mailbox.mailbox()));
    }
    if (target.route() instanceof Route.ToAgent agent) {
      // A command hears for whom it is run: two extensions of one address are two orders.
      return served.add(agent.isCommand() ? List.of(agent, target.recipient().address()) : agent);
    }
    return !(target.route() instanceof Route.Discarded) && served.add(target.recipient().address());
  }

  /** The same for a mail without treatment of its own. */
  List<Acceptance> plan(Submission mail, List<Expanded> recipients, Supplier<QueueId> ids) {
    return plan(mail, recipients, Treatment.of(List.of()), ids);
  }

  /**
   * Whether the sender wants to hear that it has arrived (RFC 3461, 4.1): delivery and report are
   * one unit of work where the queue makes them. What goes to a list's members is its owner's.
   */
  private static boolean isReported(Submission mail, Target target) {
    return target.owner().isEmpty()
        && target.recipient().reportOn().contains(Recipient.Notify.SUCCESS)
        && !mail.envelope().sender().isNull();
  }

  /**
   * Whether a mail is a notification. It keeps its sender wherever it goes, by which it is known:
   * nobody hears of its own failure (RFC 5321, 6.1), the owner of a list neither, or notices to a
   * list would never come to an end.
   */
  private boolean isNotification(Submission mail) {
    return mail.origin() == Origin.REPORT
        || mail.origin() == Origin.QUEUE && notifies.test(mail.envelope().sender());
  }

  /** In whose name a copy goes out. */
  private Optional<ReversePath> owner(Submission mail, Target target) {
    return isNotification(mail) ? Optional.empty() : target.owner();
  }

  private Name name(Submission mail, Target target) {
    if (isNotification(mail)) {
      return Name.OWN.by(target.forwarders());
    }
    Optional<ReversePath> owner = owner(mail, target);
    if (owner.isPresent()) {
      return new Name(owner, Optional.empty(), target.forwarders());
    }
    return target.route() instanceof Route.Onward && target.sender().isPresent()
        ? new Name(Optional.empty(), target.sender(), target.forwarders())
        : Name.OWN.by(target.forwarders());
  }

  /**
   * In whose name copies go out: the sender's own, where there is no other.
   *
   * @param owner of the list that they go to
   * @param sender as who the sender stands on what is forwarded
   * @param forwarders by whose own word they go on
   */
  private record Name(
      Optional<ReversePath> owner, Optional<ReversePath> sender, List<Address> forwarders) {
    static final Name OWN = new Name(Optional.empty(), Optional.empty(), List.of());

    Name by(List<Address> others) {
      return others.isEmpty() ? this : new Name(owner, sender, others);
    }

    // Asked for each recipient: what the compiler makes of a record takes long to become fast.
    @Override
    public boolean equals(Object other) {
      return other == this
          || other instanceof Name that
              && owner.equals(that.owner)
              && sender.equals(that.sender)
              && forwarders.equals(that.forwarders);
    }

    @Override
    public int hashCode() {
      return (owner.hashCode() * 31 + sender.hashCode()) * 31 + forwarders.hashCode();
    }

    Submission over(Submission mail) {
      return named(
          forwarders.isEmpty()
              ? mail
              : mail.with(new HeadedContent(DeliveredTo.fields(forwarders), mail.content())));
    }

    private Submission named(Submission mail) {
      Envelope envelope = mail.envelope();
      if (owner.isEmpty()) {
        return sender.map(other -> mail.in(envelope.from(other))).orElse(mail);
      }
      // RFC 3461, 5.2.7.3: what the sender wanted to hear is between him and the list.
      return mail.in(
          new Envelope(
              owner.get(),
              envelope.recipients(),
              envelope.body(),
              envelope.smtpUtf8(),
              Optional.empty(),
              Optional.empty(),
              envelope.requiresTls()));
    }
  }

  /** What goes out in the name of one sender. */
  private static final class Shares {
    private final List<Acceptance.Delivery> deliveries = new ArrayList<>();
    private final List<Acceptance.Onward> onward = new ArrayList<>();

    boolean isEmpty() {
      return deliveries.isEmpty() && onward.isEmpty();
    }

    void add(Submission mail, Target target, Optional<ReversePath> owner, Claim claim) {
      Recipient recipient = target.recipient();
      if (target.route() instanceof Route.Here here) {
        if (isReported(mail, target)) {
          onward.add(Acceptance.Onward.home(recipient, claim));
          return;
        }
        ReversePath sender = owner.orElse(mail.envelope().sender());
        deliveries.add(delivery(sender, recipient, here, claim));
      } else {
        onward.add(new Acceptance.Onward(recipient, destination(recipient, target.route()), claim));
      }
    }
  }

  /**
   * An address that leads nowhere is taken all the same, when others of its recipient do not, or
   * when it was there at RCPT and is gone now: the attempt routes it again, finds it undeliverable
   * and tells the sender.
   */
  private static String destination(Recipient recipient, Route route) {
    if (route instanceof Route.ToAgent agent) {
      return agent.destination();
    }
    return route instanceof Route.Onward hop
        ? hop.destination()
        : "error:" + recipient.address().domain();
  }

  /**
   * The same with all recipients in the queue, where mailboxes here are full; each attempt routes
   * them to their mailboxes anew.
   */
  static Acceptance queued(Acceptance plan) {
    List<Acceptance.Onward> onward = new ArrayList<>(plan.onward());
    plan.deliveries().forEach(delivery -> onward.add(delivery.waiting()));
    return new Acceptance(plan.mail(), List.of(), onward);
  }

  /**
   * The same as what whoever brings the mail knows nothing of, with all recipients in the queue.
   */
  static Acceptance beside(Acceptance plan) {
    return new Acceptance(
        plan.mail(),
        List.of(),
        queued(plan).onward().stream()
            .map(one -> new Acceptance.Onward(one.recipient(), one.destination(), Claim.BESIDE))
            .toList());
  }

  static Acceptance.Delivery delivery(ReversePath sender, Recipient recipient, Route.Here here) {
    return delivery(sender, recipient, here, Claim.NAMED);
  }

  private static Acceptance.Delivery delivery(
      ReversePath sender, Recipient recipient, Route.Here here, Claim claim) {
    // What is kept was not delivered to anybody: it says so itself.
    String field = here instanceof Route.Kept ? "X-Safe-Send: not sent to " : "Delivered-To: ";
    String header = "Return-Path: <" + sender + ">\r\n" + field + recipient.address() + "\r\n";
    return new Acceptance.Delivery(
        here.account().id(),
        here.mailbox(),
        recipient,
        Content.of(header.getBytes(UTF_8)),
        claim,
        here.flags());
  }
}
