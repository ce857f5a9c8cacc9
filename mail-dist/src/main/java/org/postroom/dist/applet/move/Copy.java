package org.postroom.dist.applet.move;

import java.io.IOException;
import javax.net.ssl.SSLSocketFactory;
import org.postroom.core.secret.Secret;
import org.postroom.dist.assembly.AskedServer;

/** Mail that comes from a server that runs, by IMAP. */
public final class Copy {
  private final AskedServer.Client client;
  private final ImapPlace place;
  private final boolean verify;
  private final Report report;

  /**
   * From where {@code place} says.
   *
   * @param verify whether all messages are compared at the end
   * @throws Trouble when it cannot be understood
   */
  public Copy(AskedServer.Client client, String place, boolean verify, Report report)
      throws Trouble {
    this.client = client;
    this.place = ImapPlace.parse(place);
    this.verify = verify;
    this.report = report;
  }

  /** Takes the mail of one user. */
  public void run(String login, Secret password, SSLSocketFactory factory) {
    try (ImapClient server = ImapClient.open(place, password, factory)) {
      new Importing(client, login, true, verify, report).all(new ImapSource(server, report));
    } catch (IOException e) {
      report.later(place.host(), String.valueOf(e));
    } catch (Trouble e) {
      report.trouble(place.host(), String.valueOf(e.getMessage()));
    }
    report.sum("copied");
  }
}
