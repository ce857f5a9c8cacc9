package org.postroom.dist.applet;

import java.util.List;

/** Commands of no other mail system, in the order in which the help has them. */
final class OwnCommands {
  static final List<NamedCommand> ALL =
      List.of(
          NamedCommand.own("serve", ServeApplet.class),
          NamedCommand.own("check", CheckApplet.class),
          NamedCommand.own("self", SelfApplet.class),
          NamedCommand.own("doctor", DoctorApplet.class),
          NamedCommand.own("dns", DnsApplet.class),
          NamedCommand.own("reload", ReloadApplet.class),
          NamedCommand.own("status", StatusApplet.class),
          NamedCommand.own("listen", ListenApplet.class),
          NamedCommand.own("explain", ExplainApplet.class),
          NamedCommand.own("user", UserApplet.class),
          NamedCommand.own("quota", QuotaApplet.class),
          NamedCommand.own("queue", QueueApplet.class),
          NamedCommand.own("tls", TlsApplet.class),
          NamedCommand.own("mail", MailApplet.class),
          NamedCommand.own("fetch", FetchApplet.class),
          NamedCommand.own("fixture", FixtureApplet.class),
          NamedCommand.own("faults", FaultsApplet.class),
          NamedCommand.own("manual", ManualApplet.class),
          NamedCommand.own("import", ImportApplet.class));

  private OwnCommands() {}
}
