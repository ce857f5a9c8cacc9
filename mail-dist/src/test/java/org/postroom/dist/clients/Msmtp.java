package org.postroom.dist.clients;

import java.nio.file.Path;
import java.util.List;

/** msmtp: what mutt and mailx call to have a mail sent. */
final class Msmtp implements Client.Sends {
  @Override
  public String name() {
    return "msmtp";
  }

  @Override
  public List<String> programs() {
    return List.of("msmtp");
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    Path config =
        access.write(
            "msmtprc",
            """
            account default
            host %s
            port %s
            tls on
            tls_starttls off
            tls_trust_file %s
            auth on
            user %s
            password "%s"
            from %s
            """
                .formatted(
                    Access.HOST,
                    access.submissions(),
                    access.authority(),
                    access.login(),
                    access.password(),
                    access.login()));
    String unused =
        access.run(access.mail(subject, text), "msmtp", "-C", config.toString(), access.login());
  }
}
