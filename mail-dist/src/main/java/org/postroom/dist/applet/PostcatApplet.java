package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Named;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;
import org.postroom.dist.operation.QueueOperations.Where;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postcat}: shows a mail in the queue in the form of Postfix's, envelope and message.
 *
 * <p>DIAGNOSTICS: exit status 0; 1 where there is no such mail; 64 misused.
 *
 * <p>BUGS: mail is kept in a store, and in no files: there is no mail without {@code -q}, and no
 * offset of a record ({@code -o} has no effect).
 */
@Command(
    name = "postcat",
    description = {
      "Shows mail in the queue, as Postfix's postcat(1) does: postcat -q ID.",
      "-e: its envelope. -h: its header. -b: its body. Without any of these all of it. -d: the type of"
          + " each record. -v: more words. -c FOLDER: that of main.cf (default: that of MAIL_CONFIG,"
          + " /etc/postroom). Ignored: -n -o -r."
    })
public final class PostcatApplet implements Callable<Integer> {
  private static final int MISSING = 1;
  private static final int USAGE = 64;
  private static final String USAGE_TEXT =
      "usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope"
          + " records)] [-h (header text)] [-q (access queue)] [-v] [file(s)...]";

  /** As asctime(3) writes it. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The data folder of a server without a configuration.")
  private Optional<Path> data = Optional.empty();

  @Parameters(arity = "0..*", paramLabel = "OPTION|ID", description = "As postcat's.")
  private List<String> words = new ArrayList<>();

  PostcatApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("bc:dehnoqrv", words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      return fail(USAGE, USAGE_TEXT);
    }
    if (!options.has('q')) {
      return fail(USAGE, "mail is in no files here; use -q and its queue ID");
    }
    for (String id : options.operands()) {
      if (!id.matches("[0-9A-Za-z]+")) {
        return fail(MISSING, "bad mail queue ID: " + id);
      }
      try {
        new Shown(options, id).show();
      } catch (OperationRefused e) {
        if (e.kind() != OperationRefused.Kind.REQUEST) {
          throw e;
        }
        return fail(MISSING, "open queue file " + id + ": No such file or directory");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return 0;
  }

  /** One mail. */
  private final class Shown {
    private final String id;
    private final AskedServer server;
    private final OutputStream out = new BufferedOutputStream(Caller.of(spec).out());
    private final boolean types;
    private final boolean words;
    private final boolean envelope;
    private final boolean header;
    private final boolean body;

    Shown(Getopt options, String id) {
      this.server = new UsualPlace(Caller.of(spec)).asked(options.last('c').map(Path::of), data);
      this.id = id;
      boolean all = !options.has('b') && !options.has('e') && !options.has('h');
      this.types = options.has('d');
      this.words = options.has('v');
      this.envelope = all || options.has('e');
      this.header = all || options.has('h');
      this.body = all || options.has('b');
    }

    void show() throws IOException {
      AtomicLong count = new AtomicLong();
      List<WaitingMail> heads = new ArrayList<>();
      each(
          mail -> {
            count.addAndGet(mail.recipients().size());
            if (heads.isEmpty()) {
              heads.add(mail);
            }
          });
      WaitingMail mail = heads.get(0);
      String name = mail.queue() + "/" + mail.id();
      if (envelope) {
        banner('C', "ENVELOPE RECORDS", name);
        head(mail, count.get());
        each(part -> part.recipients().forEach(this::recipient));
        banner('M', "MESSAGE CONTENTS", name);
      }
      if (header || body) {
        content();
      }
      if (envelope) {
        banner('X', "HEADER EXTRACTED", name);
        banner('E', "MESSAGE FILE END", name);
      }
      out.flush();
    }

    /** Every part of the mail: however many recipients it has, a page is in memory. */
    private void each(Consumer<WaitingMail> work) {
      Named first = new Named(id, Optional.empty());
      server.ask(
          QueueOperations.SHOW,
          first,
          page -> {
            page.mails().forEach(work);
            return first.behind(page);
          });
    }

    private void head(WaitingMail mail, long recipients) {
      // Size, where the content begins, recipients, flags, length of the content, SMTPUTF8.
      record(
          'C',
          "message_size",
          String.format(
              Locale.ROOT,
              "%15d %15d %15d %15d %15d %15d",
              mail.size(),
              0,
              recipients,
              0,
              mail.size(),
              mail.smtpUtf8() ? 1 : 0));
      String time = TIME.format(Instant.parse(mail.arrived()).atZone(Caller.of(spec).zone()));
      record('T', "message_arrival_time", time);
      record('A', "create_time", time);
      mail.origin().ifPresent(this::logIn);
      mail.envelopeId().ifPresent(envid -> attribute("envelope_id=" + envid));
      mail.returned().ifPresent(what -> attribute("ret_flags=" + (what.equals("FULL") ? 1 : 2)));
      record('S', "sender", mail.sender());
      if (!mail.body().equals("7BIT")) {
        attribute("encoding=8bit");
      }
      mail.origin().filter(from -> from.port().isPresent()).ifPresent(this::client);
    }

    /** As whom the client has logged in. */
    private void logIn(CameFrom from) {
      from.saslMethod()
          .ifPresent(
              method -> {
                attribute("sasl_method=" + method);
                from.submitter().ifPresent(login -> attribute("sasl_username=" + login));
              });
      from.saslSender().ifPresent(sender -> attribute("sasl_sender=" + sender));
    }

    /** Who it is, first for what is told of it and then for who judges it: they are one here. */
    private void client(CameFrom from) {
      String port = from.port().map(String::valueOf).orElse("");
      attribute("log_client_name=" + from.name());
      attribute("log_client_address=" + from.address());
      attribute("log_client_port=" + port);
      attribute("log_message_origin=" + from.name() + "[" + from.address() + "]");
      helo("log_helo_name", from);
      attribute("log_protocol_name=" + from.plainProtocol());
      attribute("client_name=" + from.name());
      attribute("client_address=" + from.address());
      attribute("client_port=" + port);
      helo("helo_name", from);
      attribute("protocol_name=" + from.plainProtocol());
      attribute("client_address_type=" + (from.address().indexOf(':') < 0 ? 2 : 10));
    }

    private void helo(String name, CameFrom from) {
      if (!from.helo().isEmpty()) {
        attribute(name + "=" + from.helo());
      }
    }

    private void recipient(WaitingRecipient one) {
      int notify = 0;
      List<String> names = List.of("NEVER", "SUCCESS", "FAILURE", "DELAY");
      for (String wish : one.reportOn()) {
        notify |= 1 << names.indexOf(wish);
      }
      if (notify > 0) {
        attribute("notify_flags=" + notify);
      }
      one.original().ifPresent(original -> attribute("dsn_orig_rcpt=" + original));
      record(
          'O',
          "original_recipient",
          one.original()
              .map(original -> original.substring(original.indexOf(';') + 1))
              .orElse(one.address()));
      record('R', "recipient", one.address());
    }

    private void content() {
      QueuedText text =
          new QueuedText(out, type('N') + (words ? "regular_text: " : ""), header, body);
      AtomicLong offset = new AtomicLong();
      server.ask(
          QueueOperations.READ,
          new Where(id, 0),
          piece -> {
            byte[] octets = piece.octets();
            text.add(octets);
            return new Where(id, offset.getAndAdd(octets.length)).behind(piece);
          });
      text.end();
    }

    private void attribute(String value) {
      record('A', "named_attribute", value);
    }

    private void record(char type, String name, String value) {
      line(type(type) + name + ": " + value);
    }

    private void banner(char type, String what, String name) {
      line((type == 'C' ? "" : type(type)) + "*** " + what + " " + name + " ***");
    }

    private String type(char type) {
      return types ? String.format(Locale.ROOT, "%3d ", (int) type) : "";
    }

    private void line(String text) {
      try {
        out.write((text + "\n").getBytes(UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private int fail(int status, String why) {
    say("fatal: " + why);
    return status;
  }

  private void say(String line) {
    spec.commandLine().getErr().println("postcat: " + line);
  }
}
