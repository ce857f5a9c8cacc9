package org.postroom.core.arrival;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;

/**
 * A mail that a client has handed over whole and that is not yet ours: nobody has promised
 * anything.
 *
 * @param id what it will be called
 * @param origin how it came
 * @param client where it came from
 * @param envelope who sends and who receives
 * @param content its octets, the Received header of this hop in front
 * @param arrived when its content began to arrive
 */
public record Submission(
    QueueId id,
    Origin origin,
    Client client,
    Envelope envelope,
    StagedContent content,
    Instant arrived) {

  /** The same with other content. */
  public Submission with(StagedContent other) {
    return new Submission(id, origin, client, envelope, other, arrived);
  }

  /** The same under another id. */
  public Submission as(QueueId other) {
    return new Submission(other, origin, client, envelope, content, arrived);
  }

  /** The same in another envelope. */
  public Submission in(Envelope other) {
    return new Submission(id, origin, client, other, content, arrived);
  }

  /**
   * Where a mail came from.
   *
   * @param address the client's address; loopback for mail made here
   * @param name its verified host name, or {@code unknown}
   * @param helo what it called itself; empty for mail made here
   * @param login the account it authenticated as
   * @param protocol the word of the Received header: {@code ESMTPS} …; empty for mail that was
   *     handed in on this machine
   * @param user who handed it in on this machine
   * @param traceparent the trace that it is part of, as W3C Trace Context (3.2) writes it
   * @param session what else its session has settled
   */
  public record Client(
      InetAddress address,
      String name,
      String helo,
      Optional<String> login,
      String protocol,
      Optional<String> user,
      Optional<String> traceparent,
      Session session) {
    private static final Pattern TRACEPARENT =
        Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    public Client {
      traceparent.ifPresent(
          trace -> {
            if (!TRACEPARENT.matcher(trace).matches()) {
              throw new IllegalArgumentException(
                  "expected 00-TRACE-PARENT-FLAGS in hexadecimal digits, but found " + trace);
            }
          });
    }

    /** One of the network. */
    public Client(
        InetAddress address,
        String name,
        String helo,
        Optional<String> login,
        String protocol,
        Session session) {
      this(address, name, helo, login, protocol, Optional.empty(), Optional.empty(), session);
    }

    /** A user or an application of this machine, without a session. */
    public static Client ofThisMachine(String user, Optional<String> traceparent) {
      return new Client(
          InetAddress.getLoopbackAddress(),
          "localhost",
          "",
          Optional.empty(),
          "",
          Optional.of(user),
          traceparent,
          Session.NONE);
    }

    /** One without a session that anybody wants to know of. */
    public Client(
        InetAddress address, String name, String helo, Optional<String> login, String protocol) {
      this(address, name, helo, login, protocol, Session.NONE);
    }

    /** The same without a word on who logged in. */
    public Client anonymous() {
      return new Client(
          address, name, helo, Optional.empty(), protocol, user, traceparent, session);
    }

    /** Who answers for the mail: the account that logged in, or the user of this machine. */
    public Optional<String> submitter() {
      return login.or(() -> user);
    }
  }

  /**
   * What a session has settled beside who the client is. What it has not is empty.
   *
   * @param port the client's
   * @param saslMethod by which it has logged in, in its registered spelling
   * @param saslSender who has handed the mail in first, as the client says (AUTH= of MAIL; RFC
   *     4954, 5)
   */
  public record Session(
      Optional<Integer> port, Optional<String> saslMethod, Optional<String> saslSender) {

    /** There was none. */
    public static final Session NONE =
        new Session(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
