package org.postroom.dist.applet.move;

import java.io.IOException;
import java.util.List;
import org.postroom.dist.assembly.AskedServer;

/** Mail that comes: of one user or of many, each from his own place. */
public final class Import {
  private final AskedServer.Client client;
  private final Places places;
  private final boolean newUids;
  private final boolean verify;
  private final Report report;

  /**
   * From where {@code place} says.
   *
   * @param newUids whether messages of a mailbox that has other UIDs here get new ones
   * @param verify whether all messages are compared at the end
   * @throws Trouble when it cannot be understood
   */
  public Import(
      AskedServer.Client client, String place, boolean newUids, boolean verify, Report report)
      throws Trouble {
    this.client = client;
    this.places = Places.parse(place);
    this.newUids = newUids;
    this.verify = verify;
    this.report = report;
  }

  /**
   * Who else has a place in what {@code place} says, whether there is an account of that name or
   * not.
   *
   * @param known whose accounts are known
   * @throws Trouble when it cannot be understood
   */
  public static List<String> others(String place, List<String> known, Report report)
      throws Trouble {
    return Places.parse(place).others(known, report);
  }

  /**
   * Takes the mail of all of them.
   *
   * @throws Trouble when it is one place for many users
   */
  public void run(List<String> logins) throws Trouble {
    places.checkApart(logins);
    for (String login : logins) {
      try {
        new Importing(client, login, newUids, verify, report).all(places.source(login, report));
      } catch (IOException e) {
        report.trouble(login, "it cannot be read: " + e);
      } catch (Trouble e) {
        report.trouble(login, String.valueOf(e.getMessage()));
      }
    }
    report.sum("imported");
  }
}
