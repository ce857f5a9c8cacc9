package org.postroom.core.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

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
   */
  public record Client(
      InetAddress address, String name, String helo, Optional<String> login, String protocol) {

    /** The same without a word on who logged in. */
    public Client anonymous() {
      return new Client(address, name, helo, Optional.empty(), protocol);
    }
  }
}
