package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.core.table.TableText;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.operation.OperationRefused;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.SubmitOperation.Handed;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.storage.StorageFault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postroom sendmail}: hands in the mail on standard input, with the options that programs
 * give sendmail(1). The server has to run: where none does, it is a temporary failure, and the mail
 * stays with the program.
 *
 * <p>DIAGNOSTICS: exit statuses are those of sysexits.h: 0 taken, 64 misused, 65 no addresses where
 * some should be, 69 refused for good, 77 not allowed, 75 whatever else keeps the mail from being
 * taken: a program that tries again later has not lost it.
 *
 * <p>BUGS: no SMTP on standard input ({@code -bs}), no verification ({@code -bv}). Users other than
 * root and the server's own need {@code submit_socket}.
 */
@Command(
    name = "sendmail",
    description = {
      "Hands in the mail on standard input, as sendmail(1) does.",
      "-t: recipients are those of To, Cc and Bcc, too. -f, -r ADDRESS: the sender. -F NAME: the"
          + " sender's name. -i, -oi: a line of a dot is no end. -B 7BIT|8BITMIME. -N"
          + " never|success,failure,delay, -R full|hdrs, -V ID: reports (RFC 3461). -C MAIN.CF, or"
          + " its folder (default: that of MAIL_CONFIG, /etc/postroom). -bp: postqueue -p. -q: tries all that waits;"
          + " -qI, -qR, -qS WORD: what has it in its id, recipient, sender; -q! before the letter: all other. -bi, -I: checks the files of"
          + " aliases (-oAFILE: that one; -v: says how many there are). -bh: nothing to do."
          + " Ignored: -A -G -L -O -U -X -c -d -e -h -m -n -o -p -v -x."
    })
public final class SendmailApplet implements Callable<Integer> {
  private static final int USAGE = 64;
  private static final int DATA = 65;
  private static final int REFUSED = 69;
  private static final int TEMPORARY = 75;
  private static final int NOT_ALLOWED = 77;

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
  public Integer call() {
    SendmailOptions options;
    try {
      options = SendmailOptions.parse(words);
    } catch (SendmailOptions.Misused e) {
      return fail(USAGE, String.valueOf(e.getMessage()));
    }
    options.warnings().forEach(warning -> say("warning: " + warning));
    return switch (options.mode()) {
      case DELIVER -> deliver(options);
      case ALIASES -> aliases(options);
      case NOTHING -> 0;
      case LIST -> list(options);
      case FLUSH -> flush(options);
      case SPEAK_SMTP -> fail(REFUSED, "-bs is not there: speak SMTP to the server's port instead");
      case VERIFY -> fail(REFUSED, "-bv is not there: see postroom explain");
      case SERVE -> fail(USAGE, "the server is run by postroom serve");
    };
  }

  private int aliases(SendmailOptions options) {
    TableCommand command =
        new TableCommand(
            TableText.Form.ALIASES, spec.commandLine().getOut(), spec.commandLine().getErr());
    return options.aliasFile().isPresent()
        ? command.run(List.of(options.aliasFile().get()))
        : command.checkAliases(options.configuration(), options.isVerbose());
  }

  private int list(SendmailOptions options) {
    QueueListing.print(builder(options), spec.commandLine().getOut(), ZoneId.systemDefault());
    return 0;
  }

  private int flush(SendmailOptions options) {
    try {
      builder(options)
          .ask(
              QueueChanges.RUN,
              new QueueChanges.Chosen(options.toBeTried()),
              new QueueChanges.Chosen(options.toBeTried())::behind);
      return 0;
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.NO_SERVER) {
        throw e;
      }
      return fail(REFUSED, "Cannot flush mail queue - mail system is down");
    }
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
        return fail(DATA, "not an address: " + word);
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
        return fail(DATA, "not an address: " + options.sender().get());
      }
    }
    if (recipients.isEmpty() && !options.recipientsInHeader()) {
      return fail(
          USAGE, "Recipient addresses must be specified on the command line or via the -t option");
    }
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    try (SendmailInput input = SendmailInput.read(System.in, folder, options.dotIsContent())) {
      if (options.recipientsInHeader()) {
        Optional<List<WrittenAddress>> named = input.recipients();
        if (named.isEmpty()) {
          return fail(DATA, "a recipient in the header is no address");
        }
        recipients.addAll(named.get());
        if (recipients.isEmpty()) {
          return fail(USAGE, "No recipient addresses found in message header");
        }
      }
      return deliver(options, sender, recipients, input);
    } catch (IOException | UncheckedIOException | StorageUnavailable | StorageFull e) {
      return fail(TEMPORARY, "the mail cannot be read: " + e.getMessage());
    }
  }

  private int deliver(
      SendmailOptions options,
      Optional<String> sender,
      List<WrittenAddress> recipients,
      SendmailInput input) {
    Mail mail =
        new Mail(
            sender,
            recipients.stream().map(WrittenAddress::toString).distinct().toList(),
            options.eightBit(),
            options.notifyOn(),
            options.fullReturn(),
            options.envelopeId(),
            content(options, sender, input));
    try {
      Handed handed = builder(options).handIn(mail);
      return handed
          .refusal()
          .map(reply -> fail(reply.startsWith("4") ? TEMPORARY : REFUSED, reply))
          .orElse(0);
    } catch (OperationRefused e) {
      return switch (e.kind()) {
        case REQUEST -> fail(DATA, String.valueOf(e.getMessage()));
        case NOT_ALLOWED -> fail(NOT_ALLOWED, String.valueOf(e.getMessage()));
        case CONFIGURATION, UNAVAILABLE, NO_SERVER, INTERNAL ->
            fail(TEMPORARY, e.getMessage() + ": the mail is not taken");
      };
    } catch (BadConfiguration | StorageFault e) {
      return fail(TEMPORARY, e.getMessage() + ": the mail is not taken");
    }
  }

  /** The mail; with a From field that has the full name, where it would get one without. */
  private static InputStream content(
      SendmailOptions options, Optional<String> from, SendmailInput input) {
    Optional<String> name = options.fullName().or(() -> Optional.ofNullable(System.getenv("NAME")));
    String sender = from.orElseGet(() -> System.getProperty("user.name"));
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

  private ServerBuilder builder(SendmailOptions options) {
    return UsualPlace.builder(options.configuration(), data);
  }
}
