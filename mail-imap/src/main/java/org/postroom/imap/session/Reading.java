package org.postroom.imap.session;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.Staging;
import org.postroom.core.config.Settings;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.CommandInput;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.ReaderLimits;
import org.postroom.imap.protocol.Responder;

/** What has come of a command, until all of it has; and what is left of one that went wrong. */
final class Reading {
  /** ID alone may be so long: thirty pairs of a thousand octets (RFC 2971, 3.3). */
  private static final int STRANGERS_LONG_LINE = 80 * 1024;

  private static final ReaderLimits STRANGERS =
      new ReaderLimits(STRANGERS_LONG_LINE, 1024, 1, Turns.STRANGERS_LINE);
  private static final int USERS_LITERALS = 100;
  private static final long LEAST_REFUSED = 64L << 20;

  private final Connection connection;
  private final Staging staging;
  private final Settings settings;
  private final ImapWriter writer;
  private final Turns turns;
  private @Nullable CommandInput begun;
  private ReaderLimits limits = STRANGERS;
  private boolean utf8;

  Reading(Services services, Connection connection, ImapWriter writer, Turns turns) {
    this.connection = connection;
    this.staging = services.staging();
    this.settings = services.settings();
    this.writer = writer;
    this.turns = turns;
  }

  /** Somebody is logged in. */
  void allowMore() {
    limits =
        new ReaderLimits(
            settings.get(ImapParams.MAX_LINE_LENGTH).intValue(),
            settings.get(ImapParams.MAX_STRING_LENGTH).intValue(),
            USERS_LITERALS,
            Math.max(2 * settings.get(ImapParams.APPEND_LIMIT), LEAST_REFUSED));
  }

  void allowUtf8() {
    utf8 = true;
    writer.allowUtf8();
  }

  /** Whether a part of a command has come, and not all of it. */
  boolean hasBegun() {
    return begun != null;
  }

  /** Takes what has come; whether a command can be read now, as far as it is known. */
  boolean arrive() {
    return begun == null || begun.arrive();
  }

  /** Whether that waits for nothing. */
  boolean takesAtOnce() {
    return begun != null && begun.takesAtOnce();
  }

  /** A reader of the command that has come, or of its beginning. */
  ImapReader command() {
    if (begun == null) {
      begun = input();
    }
    return new ImapReader(begun, writer, limits, utf8);
  }

  /** More of the command must come before it can be read. */
  void wantsMore() {
    if (begun != null) {
      begun.rewind();
      connection.keeps(begun.kept());
    }
  }

  /** A reader of a line that is no command. */
  ImapReader line() {
    return new ImapReader(input(), writer, limits, false);
  }

  private CommandInput input() {
    return new CommandInput(connection, staging, limits);
  }

  /** All that the command's reader wants has come: what was gathered is not read again. */
  void allRead() {
    CommandInput input = begun;
    if (input != null) {
      begun = null;
      connection.keeps(0);
      if (input.close()) {
        connection.lineLimit(turns.lineLimit());
      }
    }
  }

  /**
   * What is left of the command is skipped; then the client hears why.
   *
   * @param end what else is to be done before the answer
   */
  Completion failed(
      ImapReader in, RuntimeException failure, Responder out, UnaryOperator<Completion> end) {
    allRead();
    return skipRest(in, Failures.completion(failure, connection.id()), out, end);
  }

  private Completion skipRest(
      ImapReader in, Completion answer, Responder out, UnaryOperator<Completion> end) {
    try {
      long length = in.unwanted();
      return length < 0
          ? end.apply(answer)
          : turns.receive(
              length,
              Intake.nothing(),
              in.lineRoom(),
              out,
              line -> skipRest(in, line, answer, out, end));
    } catch (BadCommand tooMuch) {
      return tooMuch.isLast() ? answer.then(Completion.Then.CLOSE) : answer;
    }
  }

  private Completion skipRest(
      ImapReader in, Line line, Completion answer, Responder out, UnaryOperator<Completion> end) {
    try {
      in.next(line);
    } catch (BadCommand tooLong) {
      return answer.then(Completion.Then.CLOSE);
    }
    return skipRest(in, answer, out, end);
  }
}
