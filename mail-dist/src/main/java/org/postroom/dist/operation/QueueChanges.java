package org.postroom.dist.operation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.flow.Route;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.QueueId;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Page;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.queue.QueueControl.State;
import org.postroom.core.queue.Watch;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.QueueOperations.Behind;

/**
 * What is done with mail in the queue. One answer is about a bounded part of it: whoever wants all
 * asks on behind that. What comes after the first question is not meant.
 */
public final class QueueChanges {
  private static final MailLog LOG = new MailLog("postsuper");

  /** So many pages are looked at for one answer. */
  private static final int PAGES = 20;

  /** An answer ends with the page that brings so many mails with which it could not be done. */
  private static final int FAILED = 250;

  /** Keeps mail until it is released. */
  public static final Operation<Chosen, Done> HOLD = simple("queue-hold", Change.HOLD);

  /** Lets held mail go. */
  public static final Operation<Chosen, Done> RELEASE = simple("queue-release", Change.RELEASE);

  /** Puts mail aside until it is taken up again, whatever is released meanwhile. */
  public static final Operation<Chosen, Done> PARK = simple("queue-park", Change.PARK);

  /** Takes up parked mail again. */
  public static final Operation<Chosen, Done> UNPARK = simple("queue-unpark", Change.UNPARK);

  /** Ends mail: the next attempt sends nothing, and the sender hears that it failed. */
  public static final Operation<Chosen, Done> EXPIRE = simple("queue-expire", Change.EXPIRE);

  /** Deletes mail, for good and without a word to anybody. */
  public static final Operation<Chosen, Done> DELETE = simple("queue-delete", Change.DELETE);

  /** Has mail tried now, also where its destination could not be reached a moment ago. */
  public static final Operation<Chosen, Done> RUN =
      new Operation<>("queue-run", Chosen.class, Done.class, QueueChanges::run);

  /** The same for a site, if {@code fast_flush_domains} has it. */
  public static final Operation<Chosen, Done> RUN_SITE =
      new Operation<>("queue-run-site", Chosen.class, Done.class, QueueChanges::runSite);

  /**
   * Sends mail on its way again by the configuration of today, under a new id. What is held or
   * parked is meant only where its mail is named, or the queue {@code hold} is: what stands for it
   * afterwards is due, as if it had been released.
   */
  public static final Operation<Chosen, Done> REQUEUE =
      new Operation<>("queue-requeue", Chosen.class, Done.class, QueueChanges::requeue);

  private QueueChanges() {}

  /**
   * What is meant.
   *
   * @param going where it goes on; empty to begin
   * @param watch by which whoever has it tried sees that ({@link WatchOperations})
   */
  public record Chosen(QueueChoice choice, Optional<Going> going, Optional<Long> watch) {

    /** To begin. */
    public Chosen(QueueChoice choice) {
      this(choice, Optional.empty(), Optional.empty());
    }

    /** The same, to be seen by a watch; by none where there is none. */
    public Chosen seenBy(Optional<Long> other) {
      return new Chosen(choice, going, other);
    }

    /** On behind an answer; empty behind the last. */
    public Optional<Chosen> behind(Done answer) {
      return answer.next().map(next -> new Chosen(choice, Optional.of(next), watch));
    }
  }

  /**
   * Where a question goes on.
   *
   * @param since when the first one was asked, as RFC 3339 writes it: what came later is not meant
   */
  public record Going(String since, Behind behind) {}

  /**
   * What was done.
   *
   * @param ids the mails with which it was, each once; the last of one answer may be the first of
   *     the next
   * @param recipients how many of theirs
   * @param missing those named that are not there, or with which there was nothing to do
   * @param failed those with which it could not be done, or not with all of them: what it was not
   *     done with is as it was
   * @param next where it goes on; empty at the end
   */
  public record Done(
      List<String> ids,
      long recipients,
      List<String> missing,
      List<Failed> failed,
      Optional<Going> next) {
    public Done {
      ids = List.copyOf(ids);
      missing = List.copyOf(missing);
      failed = List.copyOf(failed);
    }
  }

  /** A mail with which it could not be done, and why: one line for people. */
  public record Failed(String id, String reason) {}

  /**
   * Does something with recipients of one mail; says with how many. What stands in the way of this
   * mail alone is no reason to leave the others.
   */
  private interface Work {
    int with(Listed mail, List<ListedRecipient> recipients);
  }

  private static Operation<Chosen, Done> simple(String name, Change change) {
    return new Operation<>(
        name,
        Chosen.class,
        Done.class,
        (desk, asked) ->
            new Pass(desk, asked, change, (mail, some) -> changed(desk, change, mail, some)).all());
  }

  private static int changed(
      Desk desk, Change change, Listed mail, List<ListedRecipient> recipients) {
    int done = desk.queue().control().change(change, numbers(recipients));
    if (done > 0) {
      LOG.administered(mail.id(), said(change));
    }
    return done;
  }

  private static List<Long> numbers(List<ListedRecipient> recipients) {
    return recipients.stream().map(one -> one.recipient().id()).toList();
  }

  /** In Postfix's words, as far as it has any. */
  private static String said(Change change) {
    return switch (change) {
      case HOLD -> "placed on hold";
      case RELEASE -> "released from hold";
      case PARK -> "parked";
      case UNPARK -> "taken up again";
      case RUN -> "to be tried now";
      case EXPIRE -> "expired";
      case DELETE -> "removed";
    };
  }

  private static Done run(Desk desk, Chosen asked) {
    desk.permit(LocalRight.FLUSH_QUEUE);
    RunningServer server = desk.server();
    boolean mayView = desk.isPermitted(LocalRight.VIEW_QUEUE);
    Optional<Watch> watch =
        mayView
            ? asked.watch().flatMap(number -> server.watches().find(number, desk.user()))
            : Optional.empty();
    watch.ifPresent(Watch::seeQueue);
    Instant now = desk.clock().instant();
    Set<String> destinations = new LinkedHashSet<>();
    Done done =
        new Pass(
                desk,
                asked,
                Change.RUN,
                (mail, some) -> {
                  some.forEach(one -> destinations.add(one.destination()));
                  watch.ifPresent(
                      seen ->
                          some.forEach(
                              one ->
                                  seen.expect(mail.id(), one.recipient().recipient().address())));
                  List<ListedRecipient> early =
                      some.stream().filter(one -> one.due().isAfter(now)).toList();
                  // What is due keeps its place before what came later, and costs nothing.
                  int changed =
                      early.isEmpty()
                          ? 0
                          : desk.queue().control().change(Change.RUN, numbers(early));
                  return some.size() - early.size() + changed;
                })
            .all();
    server.revive(destinations);
    // Whoever could ask how many there are like this or that could spell the queue.
    return mayView ? done : new Done(List.of(), 0, done.missing(), List.of(), done.next());
  }

  private static Done runSite(Desk desk, Chosen asked) {
    Optional<Domain> domain = asked.choice().site().flatMap(Domain::parse);
    if (domain.filter(desk.server()::isFlushed).isEmpty()) {
      throw new OperationRefused(
          OperationRefused.Kind.REQUEST,
          "Flush service is not configured for destination \""
              + asked.choice().site().orElse("")
              + "\"");
    }
    return run(desk, asked);
  }

  private static Done requeue(Desk desk, Chosen asked) {
    RunningServer server = desk.server();
    return new Pass(
            desk,
            asked,
            null,
            (mail, some) -> {
              int done = 0;
              for (List<ListedRecipient> together : byDecision(some)) {
                Optional<QueueId> again = server.requeue(queued(mail, together));
                again.ifPresent(id -> LOG.administered(mail.id(), "requeued as " + id));
                done += again.isPresent() ? together.size() : 0;
              }
              return done;
            })
        .all();
  }

  /** Those together for whom a filter or an alias has decided the same, or nothing. */
  private static Collection<List<ListedRecipient>> byDecision(List<ListedRecipient> some) {
    return some.stream()
        .collect(
            Collectors.groupingBy(
                one ->
                    Route.Onward.decided(one.destination()).isPresent()
                            || Route.ToAgent.of(one.destination()).isPresent()
                        ? one.destination()
                        : "",
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }

  private static QueuedMail queued(Listed mail, List<ListedRecipient> some) {
    return new QueuedMail(
        mail.id(),
        mail.sender(),
        mail.traits(),
        mail.content(),
        mail.arrived(),
        mail.origin(),
        some.get(0).destination(),
        some.stream().map(ListedRecipient::recipient).toList());
  }

  /** The way through the queue for one answer. */
  private static final class Pass {
    /** In the place of a queue's name: all of them at once, so that what moves is not missed. */
    private static final String WHOLE = "";

    private final QueueControl queue;
    private final QueueChoice choice;
    private final Optional<Going> going;
    private final Instant now;
    private final Instant since;
    private final @Nullable Change change;
    private final Work work;
    private final Set<String> ids = new LinkedHashSet<>();
    private final Map<String, Failed> failed = new LinkedHashMap<>();
    private long recipients;

    /**
     * One.
     *
     * @param change what it is; null to requeue
     */
    Pass(Desk desk, Chosen asked, @Nullable Change change, Work work) {
      this.queue = desk.queue().control();
      this.choice = asked.choice();
      this.going = asked.going();
      this.now = desk.clock().instant();
      this.since = going.map(one -> Instant.parse(one.since())).orElse(now);
      this.change = change;
      this.work = work;
      if (choice.isEmpty()) {
        throw new IllegalArgumentException("no mail is named; ALL means every one");
      }
    }

    Done all() {
      return choice.isNamed() ? named() : searched();
    }

    private Done named() {
      List<String> missing = new ArrayList<>();
      for (String id : choice.ids()) {
        boolean found = false;
        Optional<Position> next = Optional.of(Position.START);
        while (next.isPresent()) {
          Page page = QueueOperations.page(queue, id, next.get());
          found |= !take(page).isEmpty();
          next = page.next();
        }
        if (!found && !ids.contains(id) && !failed.containsKey(id)) {
          missing.add(id);
        }
      }
      return done(missing, Optional.empty());
    }

    private Done searched() {
      List<String> parts =
          choice.queues().isEmpty()
              ? List.of(WHOLE)
              : Arrays.stream(Section.values())
                  .filter(choice::isIn)
                  .map(QueueChoice::name)
                  .toList();
      Optional<Behind> behind = going.map(Going::behind);
      String part = behind.map(Behind::queue).orElse(parts.get(0));
      Position from = behind.map(QueueOperations::position).orElse(Position.START);
      for (int pages = 0; pages < PAGES && failed.size() < FAILED; pages++) {
        Page page =
            part.equals(WHOLE) ? queue.page(from) : queue.page(QueueChoice.section(part), from);
        List<String> unused = take(page);
        if (page.next().isPresent()) {
          from = page.next().get();
        } else if (parts.indexOf(part) + 1 < parts.size()) {
          part = parts.get(parts.indexOf(part) + 1);
          from = Position.START;
        } else {
          return done(List.of(), Optional.empty());
        }
      }
      Behind next = QueueOperations.behind(part, from);
      return done(List.of(), Optional.of(new Going(since.toString(), next)));
    }

    private Done done(List<String> missing, Optional<Going> next) {
      return new Done(List.copyOf(ids), recipients, missing, List.copyOf(failed.values()), next);
    }

    /** The mails of a page with which it was done. */
    private List<String> take(Page page) {
      List<String> taken = new ArrayList<>();
      for (Listed mail : page.mails()) {
        List<ListedRecipient> some =
            mail.recipients().stream()
                .filter(one -> choice.means(mail, one, now) && isFor(one))
                .collect(Collectors.toList());
        int done = some.isEmpty() || isLater(mail) ? 0 : tried(mail, some);
        if (done > 0) {
          recipients += done;
          ids.add(mail.id().value());
          taken.add(mail.id().value());
        }
      }
      return taken;
    }

    private int tried(Listed mail, List<ListedRecipient> some) {
      try {
        return work.with(mail, some);
      } catch (OverQuota | MailboxNotFound | LookupUnavailable | ContentDamaged e) {
        String id = mail.id().value();
        failed.putIfAbsent(id, new Failed(id, String.valueOf(e.getMessage())));
        LOG.administered(mail.id(), "left as it is: " + e.getMessage());
        return 0;
      }
    }

    /**
     * Whether it came after the first question; what is requeued comes then, and once is enough.
     */
    private boolean isLater(Listed mail) {
      return !choice.isNamed()
          && (mail.arrived().isAfter(since) || change == null && !mail.arrived().isBefore(since));
    }

    private boolean isFor(ListedRecipient one) {
      State state = one.state();
      if (change == null) {
        boolean isKept = state == State.HELD || state == State.PARKED;
        return !one.isUnderWay() && (!isKept || choice.isForKept());
      }
      return switch (change) {
        case HOLD, PARK -> state == State.WAITING || state == State.UNDER_WAY;
        case RELEASE -> state == State.HELD;
        case UNPARK -> state == State.PARKED;
        case RUN -> state == State.WAITING;
        case EXPIRE -> !one.recipient().expires();
        case DELETE -> true;
      };
    }
  }
}
