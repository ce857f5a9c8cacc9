package org.postroom.testkit.wiser;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.Role;
import org.postroom.testkit.MailSetup;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.TestMail;

/**
 * A mail server with the methods that tests for Wiser call: takes mail for everybody and keeps it,
 * one message for each recipient. {@link #testMail} is the fixture behind it, for all that this
 * class does not have.
 */
public final class Wiser {
  private static final int SMTP = 25;

  private int port = SMTP;
  private @Nullable String hostname;
  private @Nullable TestMail running;

  /** At port 25, until {@link #setPort} says otherwise. */
  public Wiser() {}

  /** At this port; 0 is a free one. */
  public Wiser(int port) {
    this.port = port;
  }

  /** At this port; 0 is a free one. */
  public static Wiser port(int port) {
    return new Wiser(port);
  }

  public void setPort(int other) {
    port = other;
  }

  /** What it calls itself. */
  public void setHostname(String name) {
    hostname = name;
  }

  /** Starts; without effect when it runs. */
  public synchronized void start() {
    if (running == null) {
      MailSetup setup = TestMail.with().port(Role.MX, port);
      if (hostname != null) {
        setup.set("myhostname", hostname);
      }
      running = setup.start();
    }
  }

  /** Stops; the messages can be read no more. */
  public synchronized void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  /** The fixture behind it. */
  public synchronized TestMail testMail() {
    if (running == null) {
      throw new IllegalStateException("it does not run: start() comes first");
    }
    return running;
  }

  /** Every message that has come, once for each of its recipients. */
  public List<WiserMessage> getMessages() {
    List<WiserMessage> messages = new ArrayList<>();
    for (ReceivedMail mail : testMail().received()) {
      for (String recipient : mail.recipients()) {
        messages.add(new WiserMessage(mail, recipient));
      }
    }
    return messages;
  }

  /** Where it is. */
  public Server getServer() {
    return new Server(testMail().smtp().host(), testMail().smtp().port());
  }

  /** Writes all messages, for people. */
  public void dumpMessages(PrintStream out) {
    out.println("----- messages of " + getServer());
    getMessages().forEach(message -> message.dumpMessage(out));
    out.println("----- end");
  }

  /** Where a server is that runs. */
  public record Server(String hostName, int port) {
    public String getHostName() {
      return hostName;
    }

    public int getPort() {
      return port;
    }

    /** The same: a port that was 0 is the one that it got. */
    public int getPortAllocated() {
      return port;
    }
  }
}
