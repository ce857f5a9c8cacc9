package org.postroom.smtp.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.core.rewrite.RewriteParams;
import org.postroom.core.table.Tables;

/**
 * What mail that goes to other hosts calls our own people ({@code smtp_generic_maps}): in its
 * envelope and its header, once, while the mail that we keep stays as it is. Reports are about the
 * addresses that we know.
 */
final class GenericAddresses {
  private final AddressMap map;
  private final HeaderAddresses header;
  private final int maxHeader;

  private GenericAddresses(AddressMap map, HeaderAddresses header, int maxHeader) {
    this.map = map;
    this.header = header;
    this.maxHeader = maxHeader;
  }

  /**
   * Those that {@code param} names.
   *
   * @throws org.postroom.core.report.BadConfiguration for a table that cannot be had
   */
  static GenericAddresses of(
      Settings settings, Param<List<String>> param, Policy policy, Tables tables) {
    boolean propagates = settings.get(RewriteParams.PROPAGATE_EXTENSIONS).contains("generic");
    AddressMap map = AddressMap.of(settings, param, propagates, policy, tables);
    return new GenericAddresses(
        map,
        HeaderAddresses.of(
            written -> shown(map, policy.qualified(written)), settings.get(RewriteParams.TOKENS)),
        settings.get(FlowParams.HEADER_SIZE));
  }

  /** {@link LookupUnavailable} when a table has no answer now, or no address. */
  private static Address shown(AddressMap map, Address address) {
    return map.find(address, Facts.WAITING)
        .map(
            found ->
                found.results().stream()
                    .findFirst()
                    .orElseThrow(() -> new LookupUnavailable("no address: " + found.trace())))
        .orElse(address);
  }

  boolean isEmpty() {
    return map.isEmpty();
  }

  /**
   * Has {@code transport} take a mail in other words.
   *
   * @throws LookupUnavailable when a table has no answer now
   */
  CompletionStage<List<Report>> through(
      QueuedMail mail, Function<QueuedMail, CompletionStage<List<Report>>> transport) {
    QueuedMail shown = shown(mail);
    Map<Long, QueuedRecipient> known = new HashMap<>();
    mail.recipients().forEach(recipient -> known.put(recipient.id(), recipient));
    CompletableFuture<List<Report>> attempt = transport.apply(shown).toCompletableFuture();
    CompletableFuture<List<Report>> told =
        attempt.thenApply(
            reports ->
                reports.stream()
                    .map(
                        report ->
                            new Report(
                                known.getOrDefault(report.recipient().id(), report.recipient()),
                                report.result()))
                    .toList());
    // Who cuts it off means the attempt: one that went on would deliver what is tried again.
    CompletableFuture<List<Report>> unused =
        told.whenComplete(
            (reports, trouble) -> {
              if (told.isCancelled()) {
                attempt.cancel(true);
              }
            });
    return told;
  }

  /** The mail as other hosts see it. */
  QueuedMail shown(QueuedMail mail) {
    ReversePath sender = new ReversePath(mail.sender().address().map(one -> shown(map, one)));
    List<QueuedRecipient> recipients = new ArrayList<>();
    for (QueuedRecipient one : mail.recipients()) {
      Recipient recipient = one.recipient();
      recipients.add(
          new QueuedRecipient(
              one.id(),
              new Recipient(
                  shown(map, recipient.address()), recipient.reportOn(), recipient.original()),
              one.attempts(),
              one.delayReported(),
              one.lastReason()));
    }
    return new QueuedMail(
        mail.id(),
        sender,
        mail.traits(),
        header.edited(mail.content(), maxHeader),
        mail.arrived(),
        mail.origin(),
        mail.destination(),
        recipients);
  }
}
