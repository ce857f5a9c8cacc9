package org.postroom.dist.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport;
import org.postroom.core.flow.DeliveredTo;
import org.postroom.core.mail.Recipient;
import org.postroom.core.table.RecipientDelimiter;

/**
 * Hands mail to the program of one service: once for so many recipients as the service takes, one
 * run after the other. When they have taken as long as one may, no further one is begun: what was
 * delivered is said before the attempt is cut off.
 */
final class PipeTransport implements Transport {
  /** Where nothing can be left behind. */
  private static final Path USUAL_FOLDER = Path.of("/");

  private final String name;
  private final PipeService service;
  private final Identity identity;
  private final ServiceLimits limits;
  private final RecipientDelimiter delimiter;
  private final Surroundings surroundings;
  private final Turns turns;

  /**
   * One of a generation.
   *
   * @param name as routes and the log have it
   * @param identity as whom its programs run
   * @param delimiter what parts users from extensions
   */
  PipeTransport(
      String name,
      PipeService service,
      Identity identity,
      ServiceLimits limits,
      RecipientDelimiter delimiter,
      Surroundings surroundings) {
    this.name = name;
    this.service = service;
    this.identity = identity;
    this.limits = limits;
    this.delimiter = delimiter;
    this.surroundings = surroundings;
    this.turns = new Turns(limits.processes());
  }

  @Override
  public CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop) {
    Attempt attempt = new Attempt(mail, nextHop);
    attempt.guarded(() -> attempt.next(0));
    return attempt.all;
  }

  /** One attempt. */
  private final class Attempt {
    private final QueuedMail mail;
    private final String nextHop;
    private final long begun = surroundings.timers().nanoTime();
    private final List<Report> reports = new ArrayList<>();
    private final CompletableFuture<List<Report>> all = new CompletableFuture<>();

    // Guarded by this object's monitor: what is waited for.
    private @Nullable CompletableFuture<?> current;

    Attempt(QueuedMail mail, String nextHop) {
      this.mail = mail;
      this.nextHop = nextHop;
      CompletableFuture<?> unused = all.whenComplete((done, trouble) -> cutOff());
    }

    private synchronized void cutOff() {
      if (current != null) {
        current.cancel(true);
      }
    }

    private synchronized <T> CompletableFuture<T> await(CompletableFuture<T> what) {
      current = what;
      if (all.isDone()) {
        what.cancel(true);
      }
      return what;
    }

    /** Whatever goes wrong, the attempt has an end. */
    void guarded(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException e) {
        all.completeExceptionally(e);
      }
    }

    /** For the recipients from {@code from} on. */
    void next(int from) {
      List<QueuedRecipient> left = mail.recipients().subList(from, mail.recipients().size());
      int together = service.isForOneAlone() ? 1 : limits.recipients();
      List<QueuedRecipient> now = left.subList(0, Math.min(together, left.size()));
      if (now.isEmpty() || from > 0 && surroundings.isOver(begun, limits.time())) {
        reports.addAll(Report.all(mail.with(left), late()));
        all.complete(List.copyOf(reports));
        return;
      }
      QueuedMail some = mail.with(now);
      Optional<DeliveryResult> refused = refusal(some);
      if (refused.isPresent()) {
        reported(some, refused.get(), from);
        return;
      }
      CompletableFuture<?> unused =
          await(turns.next())
              .whenComplete(
                  (turn, trouble) -> {
                    if (turn != null) {
                      guarded(() -> run(some, from, turn));
                    } // else nobody waits any more
                  });
    }

    private void run(QueuedMail some, int from, Turns.Turn turn) {
      Optional<List<String>> command =
          service.command().expanded(some, nextHop, delimiter, service.style());
      if (command.isEmpty()) {
        turn.end();
        reported(some, isNoOption(), from);
        return;
      }
      CompletableFuture<?> unused =
          await(surroundings.programs().run(job(some, command.get())))
              .whenComplete(
                  (ending, trouble) -> {
                    turn.end();
                    if (ending != null) {
                      guarded(() -> reported(some, result(ending), from));
                    }
                  });
    }

    private void reported(QueuedMail some, DeliveryResult result, int from) {
      reports.addAll(Report.all(some, result));
      next(from + some.recipients().size());
    }

    private DeliveryResult late() {
      return new DeliveryResult.Deferred(
          name, "4.3.2", "not tried now: the programs for others of its recipients took too long");
    }
  }

  private DeliveryResult result(Ending ending) {
    return ExitStatus.result(ending, name, service.program(), "delivered via " + name + " service");
  }

  private DeliveryResult isNoOption() {
    return new DeliveryResult.Bounced(
        name, "5.1.3", "bad address syntax: a program would take it for an option");
  }

  private Optional<DeliveryResult> refusal(QueuedMail some) {
    long size = some.content().size();
    if (service.size() > 0 && size > service.size()) {
      return Optional.of(
          new DeliveryResult.Bounced(
              name,
              "5.2.3",
              "message size " + size + " exceeds size limit " + service.size() + " of " + name));
    }
    Recipient first = some.recipients().get(0).recipient();
    return service.flags().contains(PipeService.Flag.DELIVERED_TO)
            && DeliveredTo.has(some.content(), first.address())
        ? Optional.of(DeliveredTo.loop(name, first.address()))
        : Optional.empty();
  }

  private Job job(QueuedMail some, List<String> command) {
    return new Job(
        identity.running(command),
        surroundings.environment(),
        service.folder().orElse(USUAL_FOLDER),
        copy(some),
        limits.time());
  }

  private MailCopy copy(QueuedMail some) {
    Set<PipeService.Flag> flags = service.flags();
    Recipient first = some.recipients().get(0).recipient();
    String sender = some.sender().isNull() ? service.nullSender() : some.sender().toString();
    List<String> fields = new ArrayList<>();
    if (flags.contains(PipeService.Flag.RETURN_PATH)) {
      fields.add("Return-Path: <" + sender + ">");
    }
    if (flags.contains(PipeService.Flag.ORIGINAL_TO)) {
      String named = first.namedBySender();
      fields.add("X-Original-To: " + (named.isEmpty() ? first.address() : named));
    }
    if (flags.contains(PipeService.Flag.DELIVERED_TO)) {
      fields.add(DeliveredTo.field(first.address()));
    }
    Set<MailCopy.Form> forms = EnumSet.noneOf(MailCopy.Form.class);
    if (flags.contains(PipeService.Flag.BLANK_LINE)) {
      forms.add(MailCopy.Form.BLANK_LINE);
    }
    if (flags.contains(PipeService.Flag.DOTS)) {
      forms.add(MailCopy.Form.DOTS);
    }
    if (flags.contains(PipeService.Flag.QUOTE_FROM)) {
      forms.add(MailCopy.Form.QUOTED_FROM);
    }
    return new MailCopy(
        some.content(),
        flags.contains(PipeService.Flag.POSTMARK)
            ? Optional.of(surroundings.postmark(sender))
            : Optional.empty(),
        fields,
        service.eol(),
        forms);
  }
}
