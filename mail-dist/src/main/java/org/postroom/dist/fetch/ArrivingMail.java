package org.postroom.dist.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Handover;
import org.postroom.core.flow.Intake;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.flow.Route;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.wire.Connection;

/**
 * The way in for mail that was fetched: into one mailbox of one account, through filters and within
 * its quota. No alias and no route is asked, so that nothing of it leaves the house, and nobody
 * hears that it could not be kept: it is still where it was.
 */
final class ArrivingMail {
  private final Premises premises;
  private final Generation generation;
  private final FetchJob job;
  private final Address address;
  private final Account account;
  private final Submission.Client client;
  private final Optional<String> tls;
  private final MailLog log = new MailLog("fetch");

  /**
   * For one account, from one server.
   *
   * @param connection to the server that it comes from
   */
  ArrivingMail(
      Premises premises,
      Generation generation,
      FetchJob job,
      Account account,
      Connection connection) {
    this.premises = premises;
    this.generation = generation;
    this.job = job;
    this.address = generation.policy().qualified(WrittenAddress.parse(account.login()));
    this.account = account;
    this.client =
        new Submission.Client(
            connection.remote().getAddress(),
            job.remote().host(),
            job.remote().host(),
            Optional.empty(),
            job.remote().protocol().name());
    this.tls =
        connection
            .tls()
            .map(
                on ->
                    on.protocol()
                        + " with cipher "
                        + on.cipher()
                        + " ("
                        + on.bits()
                        + "/"
                        + on.bits()
                        + " bits)");
  }

  private Expanded recipient(long flags) {
    return Expanded.into(
        address, new Route.ToMailbox(account, job.folder(), flags), "fetched by " + job.name());
  }

  /** Why there is no room for so many octets; empty where there is. */
  Optional<String> full(long size) {
    return MailboxFull.by(generation.settings())
        .of(recipient(0), size, premises.accounts(), Facts.WAITING)
        .map(reply -> reply.text());
  }

  /**
   * Takes one.
   *
   * @param flags that it has in its mailbox, where nobody has it go another way
   * @param commit where it becomes ours, once
   */
  Handover take(StagedContent content, long flags, MailCommit commit) {
    Expanded recipient = recipient(flags);
    MailFlow flow = generation.flow().into(commit);
    Envelope envelope = Envelope.of(ReturnPath.of(content), List.of(recipient.recipient()));
    Arriving mail =
        new Arriving(flow.newId(), Origin.SMTP, client, envelope, premises.clock().instant());
    Entrance entrance =
        new Entrance(
            generation.settings(),
            generation.policy().hostname().name(),
            premises.zone(),
            flow,
            premises.staging());
    try (Intake intake =
        entrance.begin(mail, new Entrance.Shown(client, tls, List.of()), content.size())) {
      write(content, intake);
      Handover handover = intake.finish(List.of(recipient), List.of());
      if (handover instanceof Handover.Taken taken) {
        log.accepted(
            mail.id(),
            generation.number(),
            "",
            MailLog.client(client.name(), client.address()),
            "",
            envelope.sender(),
            intake.size(),
            1,
            intake.messageId());
        flow.logDeliveries(taken.acceptances());
      }
      return handover;
    }
  }

  private static void write(StagedContent content, Intake intake) {
    byte[] chunk = new byte[16 * 1024];
    try (InputStream in = content.stream()) {
      for (int count = in.read(chunk); count >= 0 && !intake.isTooBig(); count = in.read(chunk)) {
        intake.write(chunk, 0, count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what was staged cannot be read", e);
    }
  }
}
