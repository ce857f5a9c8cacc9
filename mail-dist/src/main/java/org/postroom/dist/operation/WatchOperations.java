package org.postroom.dist.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.QueueId;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Page;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.State;
import org.postroom.core.queue.Watch;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QueueOperations.Behind;

/**
 * Mail is watched while it is tried. Whoever wants to see it begins a watch, says so where it hands
 * in the mail ({@link SubmitOperation}) or has it tried ({@link QueueChanges}), and asks then,
 * again and again, until there is nothing more to come.
 */
public final class WatchOperations {
  /** So long an answer waits for something to say; whoever asks asks again. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** So many pages of the queue are looked at for one answer. */
  private static final int PAGES = 20;

  /** Begins a watch, of nothing yet. */
  public static final Operation<Nothing, Opened> OPEN =
      new Operation<>("watch-open", Nothing.class, Opened.class, (desk, all) -> open(desk));

  /** Says what there was to see since it was asked last; waits a little where there is nothing. */
  public static final Operation<Wanted, Sights> SEE =
      new Operation<>("watch-see", Wanted.class, Sights.class, WatchOperations::see);

  private WatchOperations() {}

  /** A watch that has begun. */
  public record Opened(long watch) {}

  /**
   * What is to be seen.
   *
   * @param choice the mail that is to be tried: it is over when all of it was
   * @param behind where what was tried ends, in the order of the queue; empty to begin
   */
  public record Wanted(long watch, QueueChoice choice, Optional<Behind> behind) {

    /** To begin. */
    public Wanted(long watch, QueueChoice choice) {
      this(watch, choice, Optional.empty());
    }

    /** On behind an answer; empty when it is over. */
    public Optional<Wanted> behind(Sights answer) {
      return answer.isOver()
          ? Optional.empty()
          : Optional.of(new Wanted(watch, choice, answer.behind()));
    }
  }

  /**
   * What there was.
   *
   * @param sights in their order
   * @param lost how many there were in all that nobody can see any more
   * @param isOver whether nothing more will come: all was tried that was to be, or its turn will
   *     not come soon
   * @param behind where what was tried ends
   */
  public record Sights(List<Sight> sights, long lost, boolean isOver, Optional<Behind> behind) {
    public Sights {
      sights = List.copyOf(sights);
    }
  }

  /**
   * Something of a mail: what was said in an attempt, or what became of a recipient.
   *
   * @param id of the mail
   * @param line what was said, ours behind "{@code >>> }"
   */
  public record Sight(String id, Optional<String> line, Optional<Outcome> outcome) {}

  /**
   * What became of a recipient.
   *
   * @param status the enhanced status code
   * @param became in the log's word, such as {@code sent}
   * @param reason what was said, on one line
   */
  public record Outcome(String recipient, String status, String became, String reason) {}

  private static Opened open(Desk desk) {
    return new Opened(
        desk.server()
            .watches()
            .open(desk.user())
            .orElseThrow(
                () ->
                    new OperationRefused(
                        OperationRefused.Kind.UNAVAILABLE, "too many watch mail already"))
            .number());
  }

  private static Sights see(Desk desk, Wanted wanted) {
    Watch watch =
        desk.server()
            .watches()
            .find(wanted.watch(), desk.user())
            .orElseThrow(
                () ->
                    new OperationRefused(
                        OperationRefused.Kind.REQUEST,
                        "no watch has the number " + wanted.watch()));
    if (watch.maySee(List.of())) {
      desk.permit(LocalRight.VIEW_QUEUE); // he may have lost it
    }
    List<Watch.Seen> seen = watch.take(watch.expectsNobody() ? Duration.ZERO : PATIENCE);
    Optional<Behind> behind = wanted.behind();
    boolean over = false;
    if (!maySee(watch, wanted.choice())) {
      over = seen.isEmpty(); // how the queue stands is not for everybody to know
    } else if (seen.isEmpty()) {
      Rest rest = new Rest(desk, wanted.choice(), watch.since());
      over = watch.expectsNobody() && wanted.choice().isNamed() || rest.isNone(behind);
      behind = rest.behind();
      if (!over) {
        seen = watch.take(watch.expectsNobody() ? PATIENCE : Duration.ZERO);
      }
    }
    if (over) {
      desk.server().watches().close(watch);
    }
    return new Sights(
        seen.stream().map(WatchOperations::sight).toList(), watch.lost(), over, behind);
  }

  private static boolean maySee(Watch watch, QueueChoice choice) {
    boolean areIds = choice.isNamed() && choice.ids().stream().allMatch(QueueOperations::isId);
    return watch.maySee(areIds ? choice.ids().stream().map(QueueId::new).toList() : List.of());
  }

  private static Sight sight(Watch.Seen seen) {
    String id = seen.mail().value();
    if (seen instanceof Watch.Said said) {
      return new Sight(id, Optional.of(said.line()), Optional.empty());
    }
    Watch.Became became = (Watch.Became) seen;
    return new Sight(
        id,
        Optional.empty(),
        Optional.of(
            new Outcome(
                became.recipient().toString(), became.status(), became.became(), became.reason())));
  }

  /** What is still to be tried. */
  private static final class Rest {
    private final Desk desk;
    private final QueueControl queue;
    private final QueueChoice choice;
    private final Instant since;
    private final Instant now;
    private Position from = Position.START;

    Rest(Desk desk, QueueChoice choice, Instant since) {
      this.desk = desk;
      this.queue = desk.queue().control();
      this.choice = choice;
      this.since = since;
      this.now = desk.clock().instant();
    }

    /** Whether there is nothing behind the place where it was looked at last. */
    boolean isNone(Optional<Behind> last) {
      from = last.map(QueueOperations::position).orElse(Position.START);
      return choice.isNamed()
          ? choice.ids().stream().distinct().allMatch(this::isTried)
          : isAllTried();
    }

    private boolean isTried(String id) {
      Optional<Position> next = Optional.of(Position.START);
      for (int pages = 0; pages < PAGES && next.isPresent(); pages++) {
        Page page = QueueOperations.page(queue, id, next.get());
        if (!isTried(page)) {
          return false;
        }
        next = page.next();
      }
      return next.isEmpty();
    }

    private boolean isAllTried() {
      for (int pages = 0; pages < PAGES; pages++) {
        Page page = queue.page(from);
        if (!isTried(page)) {
          return false;
        }
        if (page.next().isEmpty()) {
          return true;
        }
        from = page.next().get();
      }
      return false; // nobody knows yet
    }

    private boolean isTried(Page page) {
      return page.mails().stream()
          .filter(mail -> !mail.arrived().isAfter(since) || choice.isNamed())
          .allMatch(
              mail ->
                  mail.recipients().stream()
                      .filter(one -> choice.means(mail, one, now))
                      .noneMatch(this::isToBeTried));
    }

    private boolean isToBeTried(ListedRecipient one) {
      boolean isDue =
          one.state() == State.WAITING
              && !one.due().isAfter(now)
              && !desk.server().isLeftAlone(one.destination());
      return one.isUnderWay() || isDue && one.lastAttempt().map(since::isAfter).orElse(true);
    }

    /** Where what was tried ends; a mail that is named is looked at as a whole. */
    Optional<Behind> behind() {
      return choice.isNamed() ? Optional.empty() : Optional.of(QueueOperations.behind("", from));
    }
  }
}
