package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.queue.Watches;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Output;

/**
 * Commands and replies on a connection to a server, and whether the two are still in step. On the
 * connection's worker.
 */
final class Exchange {
  /** Of a mail for very many, which one line is to show. */
  private static final int MOST_NAMED = 5;

  /** What is shorter is no secret: {@code =} is an empty answer, {@code *} ends a log-in. */
  private static final int SHORTEST_SECRET = 4;

  private final Connection connection;
  private final ServerTranscript transcript;
  private final Watches watches;

  /** What we have logged in with. */
  private final List<String> secrets = new ArrayList<>(0);

  private boolean usable = true;

  /**
   * On a connection.
   *
   * @param transcript of what is said on it
   * @param watches who is shown it
   */
  Exchange(Connection connection, ServerTranscript transcript, Watches watches) {
    this.connection = connection;
    this.transcript = transcript;
    this.watches = watches;
  }

  /**
   * What follows is about a mail: who watches that one sees it.
   *
   * @param sender its sender, as we know him
   * @param how the mail goes, such as "Connecting to mx.example.org[192.0.2.1]:25"
   */
  void isAbout(QueuedMail mail, ReversePath sender, String how) {
    Optional<Consumer<String>> onlooker = watches.onlooker(mail.id());
    transcript.isAbout(sender, onlooker);
    onlooker.ifPresent(
        one ->
            one.accept(
                mail.recipients().stream()
                        .limit(MOST_NAMED)
                        .map(each -> each.recipient().address().toString())
                        .collect(Collectors.joining(","))
                    + "... "
                    + how
                    + "..."));
  }

  /** Content was written behind the commands: in chunks, or up to a line of a dot. */
  void wrote(String end) {
    transcript.said(end);
  }

  /** Says a line, and waits for the reply. */
  Reply say(String line, Duration timeout) {
    write(line);
    flush();
    return read(timeout);
  }

  /**
   * The same for a line that logs us in, which some servers repeat: the answer may have it, those
   * to other lines do not.
   */
  Reply saySecret(String line, Duration timeout) {
    transcript.saidSecret(line);
    noteSecret(line);
    put(line);
    flush();
    Reply reply = await(timeout);
    transcript.heardSecret(reply);
    return reply;
  }

  private void noteSecret(String line) {
    boolean begins = ServerTranscript.beginsLogIn(line);
    String[] words = line.split(" ", 3); // AUTH, the mechanism, what it begins with
    String secret = begins ? (words.length == 3 ? words[2] : "") : line;
    if (secret.length() >= SHORTEST_SECRET) {
      secrets.add(secret);
    }
  }

  /** Says a line, with the next flush. */
  void write(String line) {
    transcript.said(line);
    put(line);
  }

  private void put(String line) {
    out().write(line.getBytes(UTF_8)).ascii("\r\n");
  }

  void flush() {
    out().flush();
  }

  /** A server that does not take on what is written within this time is gone. */
  void allow(Duration timeout) {
    connection.deadline(timeout);
  }

  /** Where content is written. */
  Output out() {
    return connection.out();
  }

  /**
   * RFC 5321, 4.5.3.2: each command has its time, however many there are. What a server says comes
   * into the log, into reports and into notices: what logs us in does not.
   */
  Reply read(Duration timeout) {
    Reply reply = await(timeout).without(secrets);
    transcript.heard(reply);
    return reply;
  }

  private Reply await(Duration timeout) {
    connection.deadline(timeout);
    Reply reply = Reply.read(connection.in());
    usable &= reply.code() != 0 && reply.code() != 421;
    return reply;
  }

  /** Whether everything that was said has been read: else the server is out of step. */
  boolean isQuiet() {
    return connection.in().isEmpty();
  }

  /** It is out of step: what it has said before it was asked is no answer to anything. */
  Reply unasked() {
    end();
    transcript.heard(Reply.UNASKED);
    return Reply.UNASKED;
  }

  /** Mail has failed, or waits, because of this answer. */
  void failedBy(Reply reply) {
    transcript.failedBy(reply);
  }

  /** It is over with the mail that this was about. May wait. */
  void over() {
    transcript.over();
  }

  /** Nothing more is to be said here, but goodbye. */
  void end() {
    usable = false;
  }

  /** Whether another mail may follow: the server is in step and has not said goodbye. */
  boolean isUsable() {
    return usable;
  }
}
