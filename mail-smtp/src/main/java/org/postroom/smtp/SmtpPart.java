package org.postroom.smtp;

import java.util.List;
import java.util.stream.Stream;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.smtp.client.LmtpClientParams;
import org.postroom.smtp.client.SmtpClientParams;
import org.postroom.smtp.client.sasl.SaslParams;
import org.postroom.smtp.client.sts.StsParams;
import org.postroom.smtp.client.tls.TlsParams;
import org.postroom.smtp.client.tlsrpt.TlsrptParams;
import org.postroom.smtp.server.Role;
import org.postroom.smtp.server.SmtpParams;

/** SMTP: mail from other servers and from our own users, and the way to the next hop. */
public final class SmtpPart implements Part {

  @Override
  public List<ParamSet> params() {
    return Stream.concat(
            Stream.of(
                SmtpParams.ALL,
                SmtpClientParams.ALL,
                TlsParams.ALL,
                SaslParams.ALL,
                StsParams.ALL,
                TlsrptParams.ALL),
            LmtpClientParams.ALL.stream())
        .toList();
  }

  @Override
  public List<Door> doors() {
    return Stream.of(Role.values()).map(Role::door).toList();
  }

  @Override
  public void check(Outgoing outgoing, Policy policy, Tables tables) {
    SmtpTransports.check(outgoing, policy, tables);
  }

  @Override
  public List<String> transports(Outgoing outgoing) {
    return SmtpTransports.names(outgoing);
  }

  @Override
  public Service open(Premises premises, Settings started) {
    return new SmtpService(premises, started);
  }
}
