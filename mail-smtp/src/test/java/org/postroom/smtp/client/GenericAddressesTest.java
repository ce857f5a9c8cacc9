package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.table.Tables;

/** generic(5): other hosts see other addresses; the queue goes on to know its own. */
final class GenericAddressesTest {
  private static final QueuedMail MAIL =
      new QueuedMail(
          new QueueId("Q1"),
          ReversePath.of(Address.parse("ada@in.test")),
          new QueuedMail.Traits(
              BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
          Content.of("From: ada@in.test\r\n\r\n".getBytes(US_ASCII)),
          Instant.EPOCH,
          Optional.empty(),
          "smtp:far.test",
          List.of(new QueuedRecipient(7, Recipient.of(Address.parse("x@far.test")), 0, false, "")));

  private static GenericAddresses generic() {
    Settings settings =
        Settings.builder(SmtpClientParams.ALL, PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL)
            .set("myhostname", "mx.in.test")
            .set("smtp_generic_maps", "inline:{ada@in.test=ada@out.test}")
            .build();
    Tables tables = Tables.builder().build();
    OwnAddresses own = new OwnAddresses(List.of(), List.of());
    return GenericAddresses.of(
        settings, SmtpClientParams.GENERIC_MAPS, Policy.of(settings, own, tables), tables);
  }

  /** An attempt that went on would deliver what is tried again. */
  @Test
  void whoCutsOffWhatIsToldCutsOffTheAttempt() {
    CompletableFuture<List<Report>> attempt = new CompletableFuture<>();
    List<QueuedMail> shown = new ArrayList<>();

    CompletableFuture<List<Report>> told =
        generic()
            .through(
                MAIL,
                mail -> {
                  shown.add(mail);
                  return attempt;
                })
            .toCompletableFuture();
    assertThat(shown)
        .singleElement()
        .satisfies(mail -> assertThat(mail.sender()).hasToString("ada@out.test"));
    assertThat(attempt).isNotDone();

    told.cancel(true);

    assertThat(attempt).isCancelled();
  }
}
