package org.postroom.dist.applet;

import java.io.PrintWriter;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.MailServer;
import org.postroom.dist.assembly.DescribedServer;

/** What {@code sendmail -d0} says: the version, and how this machine and its mail are called. */
final class OwnNames {
  private final DescribedServer server;

  OwnNames(DescribedServer server) {
    this.server = server;
  }

  /** What the server calls itself; a name that means this machine where that is not known. */
  static String hostname(DescribedServer server) {
    try {
      return server.checked().settings().get(PolicyParams.MYHOSTNAME).toString();
    } catch (BadConfiguration e) {
      return "localhost";
    }
  }

  /**
   * In the form of sendmail(8), which programs and people look for.
   *
   * @throws BadConfiguration when it cannot be known
   */
  void print(PrintWriter out) {
    Settings settings = server.checked().settings();
    String whole = settings.get(PolicyParams.MYHOSTNAME).toString();
    int dot = whole.indexOf('.');
    String node = dot < 0 ? whole : whole.substring(0, dot);
    out.println("Version Postroom " + MailServer.VERSION);
    out.println("============ SYSTEM IDENTITY (after readcf) ============");
    out.println("      (short domain name) $w = " + node);
    out.println("  (canonical domain name) $j = " + whole);
    out.println("         (subdomain name) $m = " + (dot < 0 ? "" : whole.substring(dot + 1)));
    out.println("              (node name) $k = " + node);
    out.println("========================================================");
    out.flush();
  }
}
