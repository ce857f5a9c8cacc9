package org.postroom.smtp.client;

import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/** What the client would make of a mail's addresses. */
public final class OutgoingWords {
  private OutgoingWords() {}

  public static QueuedMail of(Settings settings, Policy policy, Tables tables, QueuedMail mail) {
    GenericAddresses generic =
        GenericAddresses.of(settings, SmtpClientParams.GENERIC_MAPS, policy, tables);
    return generic.isEmpty() ? mail : generic.shown(mail);
  }
}
