package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.mail.BodyType;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.MailParameters;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.PathSyntax;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;

/**
 * SMTP on standard input ({@code sendmail -bs}), as programs speak it that hand in mail of this
 * machine's user: no restriction is asked, and there is neither STARTTLS nor AUTH. Each mail is
 * handed in when its content has ended, as sendmail hands in any other, so that it does not matter
 * whether the server runs. Whom nobody knows is taken, and reported to the sender.
 */
final class SmtpOnInput {
  /** RFC 5321, 4.5.3.1.4, and parameters. */
  private static final int LONGEST_LINE = 4096;

  private static final int MOST_RECIPIENTS = 10_000;
  private static final Offer OFFER =
      Offer.of(List.of("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"));

  private final InputStream in;
  private final PrintWriter out;
  private final String hostname;
  private final DescribedServer server;
  private final Path folder;
  private final byte[] chunk = new byte[16 * 1024];
  private ByteBuffer read = ByteBuffer.allocate(0);
  private @Nullable Transaction transaction;

  /** A mail that is begun. */
  private record Transaction(
      Optional<WrittenAddress> sender, MailParameters parameters, Set<String> recipients) {}

  /**
   * A session.
   *
   * @param hostname what it calls itself
   * @param server which takes the mail
   * @param folder for content that is too large for memory
   */
  SmtpOnInput(
      InputStream in, PrintWriter out, String hostname, DescribedServer server, Path folder) {
    this.in = in;
    this.out = out;
    this.hostname = hostname;
    this.server = server;
    this.folder = folder;
  }

  /** Speaks until the client says QUIT, or no more. */
  void run() throws IOException {
    say(new SmtpReply(220, "", List.of(hostname + " ESMTP")));
    for (Optional<String> line = line(); line.isPresent(); line = line()) {
      SmtpReader command = new SmtpReader(line.get(), PathSyntax.USUAL);
      String verb = command.verb();
      try {
        say(verb.equals("DATA") ? data(command) : reply(verb, command));
      } catch (BadCommand e) {
        say(e.reply());
      }
      if (verb.equals("QUIT")) {
        return;
      }
    }
  }

  private SmtpReply reply(String verb, SmtpReader command) {
    return switch (verb) {
      case "EHLO" -> {
        transaction = null;
        yield OFFER.reply(hostname);
      }
      case "HELO" -> {
        transaction = null;
        yield new SmtpReply(250, "", List.of(hostname));
      }
      case "MAIL" -> mail(command);
      case "RCPT" -> rcpt(command);
      case "RSET" -> {
        transaction = null;
        yield SmtpReply.of(250, "2.0.0", "Ok");
      }
      case "NOOP" -> SmtpReply.of(250, "2.0.0", "Ok");
      case "VRFY" -> SmtpReply.of(252, "2.0.0", "Cannot VRFY, but will take it: see sendmail -bv");
      case "QUIT" -> SmtpReply.of(221, "2.0.0", "Bye");
      default -> SmtpReply.of(502, "5.5.2", "Error: command not recognized");
    };
  }

  private SmtpReply mail(SmtpReader command) {
    if (transaction != null) {
      throw new BadCommand(503, "5.5.1", "Error: nested MAIL command");
    }
    Optional<WrittenAddress> sender = command.reversePath();
    transaction =
        new Transaction(sender, MailParameters.parse(command, OFFER), new LinkedHashSet<>());
    return SmtpReply.of(250, "2.1.0", "Ok");
  }

  private SmtpReply rcpt(SmtpReader command) {
    Transaction begun = begun();
    WrittenAddress recipient = command.forwardPath();
    if (!command.parameters().isEmpty()) {
      throw new BadCommand(555, "5.5.4", "Unsupported option");
    }
    if (begun.recipients().size() == MOST_RECIPIENTS) {
      throw new BadCommand(452, "4.5.3", "Error: too many recipients");
    }
    boolean unused = begun.recipients().add(recipient.toString());
    return SmtpReply.of(250, "2.1.5", "Ok");
  }

  private Transaction begun() {
    Transaction begun = transaction;
    if (begun == null) {
      throw new BadCommand(503, "5.5.1", "Error: need MAIL command");
    }
    return begun;
  }

  private SmtpReply data(SmtpReader command) throws IOException {
    Transaction begun = begun();
    command.end();
    if (begun.recipients().isEmpty()) {
      throw new BadCommand(554, "5.5.1", "Error: no valid recipients");
    }
    say(new SmtpReply(354, "", List.of("End data with <CR><LF>.<CR><LF>")));
    transaction = null;
    try (SendmailInput input = SendmailInput.data(this::more, folder)) {
      HandingIn done =
          HandingIn.of(
              server,
              new Mail(
                  Optional.of(begun.sender().map(WrittenAddress::toString).orElse("")),
                  new ArrayList<>(begun.recipients()),
                  begun.parameters().body() == BodyType.EIGHT_BIT_MIME,
                  List.of(),
                  Optional.empty(),
                  Optional.empty(),
                  input.stream()));
      return answer(done);
    } catch (StorageFull | StorageUnavailable e) {
      // What is left of the content would be read as commands.
      throw new IOException("the mail cannot be kept: " + e.getMessage(), e);
    }
  }

  private static SmtpReply answer(HandingIn done) {
    String why = done.why().orElse("");
    return switch (done.status()) {
      case 0 ->
          SmtpReply.of(
              250,
              "2.0.0",
              done.id().map(id -> "Ok: queued as " + id).orElse("Ok: left for later"));
      case HandingIn.NOT_ALLOWED -> SmtpReply.of(550, "5.7.1", why);
      case HandingIn.DATA -> SmtpReply.of(501, "5.1.3", why);
      case HandingIn.REFUSED -> SmtpReply.of(554, "5.0.0", why);
      default -> SmtpReply.of(451, "4.3.0", why);
    };
  }

  /** What there is to read, else what comes next. */
  private ByteBuffer more() throws IOException {
    if (!read.hasRemaining()) {
      int count = in.read(chunk);
      read = ByteBuffer.wrap(chunk, 0, Math.max(0, count));
    }
    return read;
  }

  /** The next line without its end; empty behind the last. */
  private Optional<String> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (more().hasRemaining()) {
      byte one = read.get();
      if (one == '\n') {
        String text = line.toString(UTF_8);
        return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
      }
      if (line.size() == LONGEST_LINE) {
        throw new IOException("a line of SMTP is too long");
      }
      line.write(one);
    }
    return Optional.empty();
  }

  private void say(SmtpReply reply) {
    out.write(new String(reply.encode(), UTF_8));
    out.flush();
  }
}
