package org.postroom.testkit.wiser;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.Role;
import org.postroom.testkit.MailSetup;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.TestMail;

/**
 * A mail server with the methods that tests for Wiser call: takes mail for everybody and keeps it,
 * one message for each recipient, until they are taken out of the list. {@link #testMail} is the
 * fixture behind it, for all that this class does not have.
 */
public final class Wiser {
  private static final int SMTP = 25;

  private int port = SMTP;
  private @Nullable String hostname;
  private @Nullable TestMail running;

  /** Sees what comes, whatever is forgotten by the other. */
  private @Nullable TestMail view;

  private final List<WiserMessage> messages = Collections.synchronizedList(new ArrayList<>());

  /** How many of the view's mails are messages, or were. */
  private int collected;

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
      TestMail started = setup.start();
      running = started;
      view = started.view();
      collected = 0;
    }
  }

  /** Stops; the messages stay. */
  public synchronized void stop() {
    TestMail ending = running;
    if (ending != null) {
      collect();
      ending.close();
      running = null;
      view = null;
    }
  }

  /** The fixture behind it. */
  public synchronized TestMail testMail() {
    if (running == null) {
      throw new IllegalStateException("it does not run: start() comes first");
    }
    return running;
  }

  /**
   * Every message that has come, once for each of its recipients. It is one list, which may be
   * cleared, and which has what has come since when this is called again.
   */
  public List<WiserMessage> getMessages() {
    collect();
    return messages;
  }

  private synchronized void collect() {
    TestMail looking = view;
    if (looking == null) {
      return;
    }
    List<ReceivedMail> all = looking.received();
    for (ReceivedMail mail : all.subList(collected, all.size())) {
      byte[] data = mail.content(); // the server may be gone when it is read
      mail.recipients().forEach(one -> messages.add(new WiserMessage(mail, one, data)));
    }
    collected = all.size();
  }

  /** Where it is. */
  public Server getServer() {
    return new Server(testMail().smtp().host(), testMail().smtp().port());
  }

  /** Writes all messages, for people. */
  public void dumpMessages(PrintStream out) {
    out.println("----- messages");
    List.copyOf(getMessages()).forEach(message -> message.dumpMessage(out));
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
