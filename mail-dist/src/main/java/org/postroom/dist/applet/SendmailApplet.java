package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.core.table.TableText;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.SendmailOptions.Mode;
import org.postroom.dist.applet.smarthost.BadClientFile;
import org.postroom.dist.applet.smarthost.NullClient;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.log.ServerLog;
import org.postroom.dist.maildrop.Maildrop;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.SubmitOperation.Mail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postroom sendmail}: hands in the mail on standard input, with the options that programs
 * give sendmail(1). Where the server, or its store, cannot take it now, the mail is left for it in
 * {@code maildrop_directory}, which is as good as taken.
 *
 * <p>DIAGNOSTICS: exit statuses are those of sysexits.h: 0 taken or left, 64 misused, 65 no
 * addresses where some should be, 67 nobody has the address ({@code -bv}), 69 refused for good, 77
 * not allowed, 75 whatever else keeps the mail from being taken: a program that tries again later
 * has not lost it.
 *
 * <p>BUGS: users other than root and the server's own need {@code submit_socket}, and a {@code
 * maildrop_directory} that they may write into. The report that {@code -v} asks for is one of each
 * delivery, and not one of all.
 */
@Command(
    name = "sendmail",
    description = {
      "Hands in the mail on standard input, as sendmail(1) does; while no server takes it, it is left"
          + " for it, and waits there.",
      "-t: recipients are those of To, Cc and Bcc, too. -f, -r ADDRESS: the sender. -F NAME: the"
          + " sender's name. -i, -oi: a line of a dot is no end. -B 7BIT|8BITMIME. -N"
          + " never|success,failure,delay, -R full|hdrs, -V ID: reports (RFC 3461). -v: shows the first"
          + " attempt, and has reports of everything sent; -v -v: only shows it. -C MAIN.CF, or its folder (default: that of MAIL_CONFIG, /etc/postroom).",
      "On a machine without a server it sends by the one that an msmtprc or ssmtp.conf names; -a NAME:"
          + " by that account.",
      "-bs: SMTP on standard input. -bv: says who would get mail for the recipients, and sends none."
          + " -bt: the same for each address on standard input. -bp: postqueue -p; with -Ac only what"
          + " is left for the server, with -v when each recipient is tried next. -bd, -bl: runs the server; -qTIME: it looks for such mail that"
          + " often (s, m, h, d, w; minutes without one). -q: tries all that waits, and ends when all was tried (with -v: says what became of each"
          + " recipient); -qI, -qR, -qS WORD: what has it in its id, recipient, sender; -q! before"
          + " the letter: all other. -d0:"
          + " says version and names. -bi, -I: checks the files of aliases (-oAFILE: that one; -v:"
          + " says how many there are). -bh, -bH: nothing to do.",
      "-O requiretls=yes: the mail goes only by servers that are known and do the same (RFC 8689);"
          + " else it is returned.",
      "Ignored: -G -L -U -X -c -e -h -m -n -o -p -x."
    })
public final class SendmailApplet implements Callable<Integer> {
  private static final List<String> ALL_REPORTS = List.of("SUCCESS", "FAILURE", "DELAY");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The data folder of a server without a configuration.")
  private Optional<Path> data = Optional.empty();

  @Parameters(arity = "0..*", paramLabel = "OPTION|RECIPIENT", description = "As sendmail's.")
  private List<String> words = new ArrayList<>();

  SendmailApplet() {}

  @Override
  public Integer call() throws InterruptedException {
    SendmailOptions options;
    try {
      options = SendmailOptions.parse(words);
    } catch (SendmailOptions.Misused e) {
      return fail(HandingIn.USAGE, String.valueOf(e.getMessage()));
    }
    options.warnings().forEach(warning -> say("warning: " + warning));
    if (options.saysNames()) {
      new OwnNames(described(options)).print(out());
      if (options.mode() == Mode.DELIVER && options.recipients().isEmpty()) {
        return 0;
      }
    }
    return switch (options.mode()) {
      case DELIVER -> deliver(options);
      case ALIASES -> aliases(options);
      case NOTHING -> 0;
      case LIST -> list(options);
      case FLUSH -> flush(options);
      case SPEAK_SMTP -> speak(options);
      case VERIFY -> new AddressTest(asked(options), out()).all(options.recipients());
      case ASK -> new AddressTest(described(options), out()).ask(caller().in());
      case SERVE -> serve(options);
    };
  }

  private int aliases(SendmailOptions options) {
    TableCommand command = new TableCommand(TableText.Form.ALIASES, spec);
    return options.aliasFile().isPresent()
        ? command.run(List.of(options.aliasFile().get()))
        : command.checkAliases(options.configuration(), options.isVerbose());
  }

  private int list(SendmailOptions options) {
    try {
      QueueListing.print(
          asked(options),
          options.isForLeft() ? Asked.LEFT : Asked.LEFT_AND_ALL,
          new QueueListing(out(), caller().zone(), options.isVerbose()));
      return 0;
    } catch (OperationRefused e) {
      return forbidden(e);
    }
  }

  /** Goes on with what is wrong, but that this user may not do it. */
  private int forbidden(OperationRefused e) {
    if (e.kind() != OperationRefused.Kind.NOT_ALLOWED) {
      throw e;
    }
    return fail(HandingIn.NOT_ALLOWED, String.valueOf(e.getMessage()));
  }

  private int flush(SendmailOptions options) {
    try {
      AskedServer server = asked(options);
      Watching watching = Watching.begun(server, out());
      QueueChanges.Chosen chosen =
          new QueueChanges.Chosen(options.toBeTried()).seenBy(watching.number());
      server.ask(QueueChanges.RUN, chosen, chosen::behind);
      watching.await(options.toBeTried(), options.isVerbose());
      return 0;
    } catch (OperationRefused e) {
      return e.kind() == OperationRefused.Kind.NO_SERVER
          ? fail(HandingIn.REFUSED, "Cannot flush mail queue - mail system is down")
          : forbidden(e);
    }
  }

  private int speak(SendmailOptions options) {
    DescribedServer server = described(options);
    try {
      new SmtpOnInput(caller().in(), out(), OwnNames.hostname(server), server, temporary()).run();
      return 0;
    } catch (IOException e) {
      return fail(HandingIn.TEMPORARY, String.valueOf(e.getMessage()));
    }
  }

  private int serve(SendmailOptions options) throws InterruptedException {
    caller().needsOwnProcess();
    Place place = new Place();
    if (data.isPresent()) {
      place.data = data.get();
    } else {
      place.configuration = usual().configuration(options.configuration());
    }
    return new ServeApplet(place, spec, options.interval()).call();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int fail(int status, String why) {
    say("fatal: " + why);
    return status;
  }

  private void say(String line) {
    spec.commandLine().getErr().println("sendmail: " + line);
  }

  private int deliver(SendmailOptions options) {
    List<WrittenAddress> recipients = new ArrayList<>();
    for (String word : options.recipients()) {
      Optional<List<WrittenAddress>> found = HeaderAddresses.addresses(word.getBytes(UTF_8));
      if (found.isEmpty()) {
        return fail(HandingIn.DATA, "not an address: " + word);
      }
      recipients.addAll(found.get());
    }
    Optional<String> sender = options.sender();
    if (sender.isPresent() && !sender.get().isEmpty()) {
      sender =
          HeaderAddresses.addresses(sender.get().getBytes(UTF_8))
              .filter(found -> found.size() == 1)
              .map(found -> found.get(0).toString());
      if (sender.isEmpty()) {
        return fail(HandingIn.DATA, "not an address: " + options.sender().get());
      }
    }
    if (recipients.isEmpty() && !options.recipientsInHeader()) {
      return fail(
          HandingIn.USAGE,
          "Recipient addresses must be specified on the command line or via the -t option");
    }
    try (SendmailInput input =
        SendmailInput.read(caller().in(), temporary(), options.dotIsContent())) {
      if (options.recipientsInHeader()) {
        Optional<List<WrittenAddress>> named = input.recipients();
        if (named.isEmpty()) {
          return fail(HandingIn.DATA, "a recipient in the header is no address");
        }
        recipients.addAll(named.get());
        if (recipients.isEmpty()) {
          return fail(HandingIn.USAGE, "No recipient addresses found in message header");
        }
      }
      return deliver(options, sender, recipients, input);
    } catch (IOException | UncheckedIOException | StorageUnavailable | StorageFull e) {
      return fail(HandingIn.TEMPORARY, "the mail cannot be read: " + e.getMessage());
    }
  }

  private int deliver(
      SendmailOptions options,
      Optional<String> sender,
      List<WrittenAddress> recipients,
      SendmailInput input) {
    if (options.verbosity() > 0) {
      caller().needsOwnProcess();
    }
    boolean wantsReports = options.verbosity() == 1 && options.notifyOn().isEmpty();
    Mail mail =
        new Mail(
                sender,
                recipients.stream().map(WrittenAddress::toString).distinct().toList(),
                options.eightBit(),
                wantsReports ? ALL_REPORTS : options.notifyOn(),
                options.fullReturn(),
                options.envelopeId(),
                content(options, sender, input))
            .requiringTls(options.requiresTls());
    Optional<String> name = caller().environment("POSTROOM_MAIL_NAME").filter(Maildrop::isName);
    if (name.isPresent()) {
      mail = mail.named(name.get());
    }
    HandingIn done;
    try {
      Optional<NullClient> client = client(options);
      if (client.isPresent() && options.verbosity() < 2) {
        ServerLog.quiet();
      }
      if (options.verbosity() > 0) {
        client.ifPresent(one -> one.notes().forEach(note -> say("note: " + note)));
      }
      done =
          client.isPresent()
              ? HandingIn.of(client.get().send(mail, options.account(), input.author()))
              : handIn(asked(options), mail, options.isVerbose());
    } catch (BadClientFile e) {
      return fail(HandingIn.CONFIGURATION, String.valueOf(e.getMessage()));
    } catch (MalformedAddress e) {
      return fail(HandingIn.DATA, String.valueOf(e.getMessage()));
    }
    if (done.why().isPresent()) {
      return fail(done.status(), done.why().get());
    }
    if (wantsReports) {
      out()
          .println(
              "Mail Delivery Status Report will be mailed to <"
                  + sender.orElseGet(() -> caller().user())
                  + ">.");
    }
    return 0;
  }

  /** Hands it in; where that is wanted, its first attempt is shown. */
  private HandingIn handIn(AskedServer server, Mail mail, boolean isShown) {
    Watching watching = isShown ? Watching.begun(server, out()) : Watching.nothing(server, out());
    HandingIn done = HandingIn.of(server, mail.seenBy(watching.number()));
    if (isShown && done.status() == 0) {
      done.id()
          .ifPresentOrElse(
              watching::show,
              () -> out().println(String.join(",", mail.recipients()) + "... queued"));
    }
    return done;
  }

  /** Who sends it, where there is no server of ours on this machine. */
  private Optional<NullClient> client(SendmailOptions options) {
    Optional<Path> file = options.configuration();
    if (caller().visited(usual().named(file)).isPresent()) {
      return Optional.empty();
    }
    boolean isMeant =
        file.isPresent() ? NullClient.isMeant(file.get()) : data.isEmpty() && usual().isMissing();
    return isMeant
        ? NullClient.find(
            file,
            Path.of(System.getProperty("user.home")),
            System.getProperty("user.name"),
            Clock.systemUTC())
        : Optional.empty();
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** The mail; with a From field that has the full name, where it would get one without. */
  private InputStream content(SendmailOptions options, Optional<String> from, SendmailInput input) {
    Optional<String> name = options.fullName().or(() -> caller().environment("NAME"));
    String sender = from.orElseGet(() -> caller().user());
    return name.isEmpty() || sender.isEmpty() || input.hasFrom()
        ? input.stream()
        : input.behind("From: " + phrase(name.get()) + " <" + sender + ">");
  }

  /** As a header has it (RFC 5322, 3.2.5; RFC 2047 for what is not ASCII). */
  private static String phrase(String name) {
    String clean = name.replaceAll("\\p{Cntrl}", " ").strip();
    if (clean.chars().anyMatch(c -> c > '~')) {
      return "=?UTF-8?B?" + Base64.getEncoder().encodeToString(clean.getBytes(UTF_8)) + "?=";
    }
    return "\"" + clean.replaceAll("([\"\\\\])", "\\\\$1") + "\"";
  }

  private AskedServer asked(SendmailOptions options) {
    return usual().asked(options.configuration(), data);
  }

  private DescribedServer described(SendmailOptions options) {
    return usual().described(options.configuration(), data);
  }

  private UsualPlace usual() {
    return new UsualPlace(caller());
  }

  private Caller caller() {
    return Caller.of(spec);
  }
}
