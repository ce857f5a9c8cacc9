package org.postroom.dist;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.report.Notice;

/**
 * What each start says of settings that are obeyed as they are, because somebody may wonder later
 * what becomes of mail or of passwords.
 */
final class Remarks {
  private final Settings settings;
  private final List<Notice> notices = new ArrayList<>();

  private Remarks(Settings settings) {
    this.settings = settings;
  }

  /** Of all of them. */
  static List<Notice> on(Settings settings) {
    Remarks remarks = new Remarks(settings);
    remarks.whatStays();
    remarks.passwordsInClear();
    remarks.handshakes();
    return remarks.notices;
  }

  /** For whoever wonders where mail is. */
  private void whatStays() {
    if (!settings.get(FlowParams.SAFE_SEND).isEmpty()) {
      warn(
          FlowParams.SAFE_SEND,
          "mail leaves for those of safe_send_recipients ("
              + String.join(", ", settings.get(FlowParams.SAFE_SEND_RECIPIENTS))
              + ") only; all other comes into this mailbox");
    }
  }

  /** Of a file alone: tutorials have it so, and a program that sets it knows why. */
  private void passwordsInClear() {
    Param<Boolean> param = AuthParams.DISABLE_PLAINTEXT_AUTH;
    if (!settings.get(param) && settings.place(param).line() > 0) {
      warn(
          param,
          "disable_plaintext_auth: passwords are taken without TLS from anywhere, for all on the way to read;"
              + " login_trusted_networks names networks where they may be");
    }
  }

  /** For whoever looks for more in the log than it will have. */
  private void handshakes() {
    for (Param<?> param : settings.params()) {
      String name = param.name();
      if (name.endsWith("_tls_loglevel")
          && settings.expandedText(name).filter(level -> level.compareTo("1") > 0).isPresent()) {
        warn(param, name + ": 2 to 4 log no more than 1");
      }
    }
  }

  private void warn(Param<?> param, String text) {
    notices.add(Notice.warning(settings.place(param), param.name(), text));
  }
}
