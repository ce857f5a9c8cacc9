package org.postroom.smtp.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.filter.check.OutgoingChecks;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.log.MailLog;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/**
 * As what other hosts see mail.
 *
 * @param checks by tables of header_checks(5), which are asked first
 * @param generic by those of generic(5)
 */
record Words(Optional<OutgoingChecks> checks, Optional<GenericAddresses> generic) {

  /**
   * What settings ask for.
   *
   * @throws org.postroom.core.report.BadConfiguration for a table that cannot be had
   */
  static Words of(Settings settings, String protocol, Policy policy, Tables tables) {
    GenericAddresses generic =
        GenericAddresses.of(settings, SmtpClientParams.GENERIC_MAPS, policy, tables);
    return new Words(
        OutgoingChecks.of(
            settings,
            SmtpClientParams.CONVERSATION.checks(),
            settings.get(FlowParams.HEADER_SIZE),
            settings.get(FlowParams.MESSAGE_SIZE),
            tables,
            new MailLog(protocol)),
        generic.isEmpty() ? Optional.empty() : Optional.of(generic));
  }

  /** What goes out in place of a mail's content, which the caller closes; empty for the same. */
  Optional<StagedContent> edited(QueuedMail mail, Staging staging) {
    return checks.flatMap(tables -> tables.edited(mail.id(), mail.content(), staging));
  }

  /** An attempt with addresses as other hosts see them. */
  CompletionStage<List<Report>> through(
      QueuedMail mail, Function<QueuedMail, CompletionStage<List<Report>>> attempt) {
    return generic.isPresent() ? generic.get().through(mail, attempt) : attempt.apply(mail);
  }
}
