package org.postroom.dist.program;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.DeliveredTo;
import org.postroom.core.flow.ForwardParams;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.mail.Recipient;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.RecipientDelimiter;

/**
 * Hands mail to programs and files as local(8) does: {@code |command} and {@code /file} of
 * aliases(5), the same behind {@code ~user} where a user has named it, and {@code ~user} for the
 * file or the command that a user has. What it hands out is the administrator's text or the user's;
 * addresses reach a program in its environment alone, and filtered.
 */
final class LocalTransport implements Transport {
  static final String NAME = "local";
  private static final String SHELL = "/bin/sh";

  /** What a user has named himself. */
  private static final Pattern NAMED = Pattern.compile("~([^|/]+)([|/].*)", Pattern.DOTALL);

  /** What needs no shell. */
  private static final String PLAIN = "/[A-Za-z0-9_./:=@%+, -]*";

  private final Settings settings;
  private final Identities identities;
  private final MailboxCommands commands;
  private final RecipientDelimiter delimiter;
  private final String hostname;
  private final Surroundings surroundings;
  private final Executor workers;
  private final RandomGenerator random;

  /**
   * One of a generation.
   *
   * @param commands of users
   * @param hostname for the names of files in Maildirs
   * @param workers write files
   * @param random for such names, too
   */
  LocalTransport(
      Settings settings,
      Identities identities,
      MailboxCommands commands,
      RecipientDelimiter delimiter,
      String hostname,
      Surroundings surroundings,
      Executor workers,
      RandomGenerator random) {
    this.settings = settings;
    this.identities = identities;
    this.commands = commands;
    this.delimiter = delimiter;
    this.hostname = hostname;
    this.surroundings = surroundings;
    this.workers = workers;
    this.random = random;
  }

  /**
   * Looks at what one would obey.
   *
   * @throws BadConfiguration where somebody has named a user as whom nothing can run
   */
  static void check(Settings settings, Identities identities) {
    boolean matters =
        settings.get(AliasParams.PROGRAM_DELIVERY) || settings.get(AliasParams.FILE_DELIVERY);
    if (matters && settings.isGiven(ProgramParams.DEFAULT_PRIVS)) {
      try {
        Identity unused = identities.of(settings.get(ProgramParams.DEFAULT_PRIVS));
      } catch (BadValue e) {
        throw new BadConfiguration(settings.fault(ProgramParams.DEFAULT_PRIVS, e.reason()));
      }
    }
  }

  @Override
  public CompletionStage<List<Report>> deliver(QueuedMail mail, String agent) {
    List<CompletableFuture<Report>> each = new ArrayList<>();
    for (QueuedRecipient recipient : mail.recipients()) {
      each.add(
          then(
              deliver(mail, recipient.recipient(), agent),
              result -> new Report(recipient, result)));
    }
    CompletableFuture<List<Report>> all =
        CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
            .thenApply(done -> each.stream().map(CompletableFuture::join).toList());
    CompletableFuture<?> unused =
        all.whenComplete(
            (reports, trouble) -> {
              if (trouble != null) {
                each.forEach(one -> one.cancel(true));
              }
            });
    return all;
  }

  private CompletableFuture<DeliveryResult> deliver(
      QueuedMail mail, Recipient recipient, String agent) {
    Matcher named = NAMED.matcher(agent);
    if (named.matches()) {
      String user = named.group(1);
      return toAgent(mail, recipient, () -> identities.ofUser(user), named.group(2), user);
    }
    return agent.startsWith("~")
        ? toUser(mail, recipient, agent.substring(1))
        : toAgent(
            mail,
            recipient,
            () -> identities.of(settings.get(ProgramParams.DEFAULT_PRIVS)),
            agent,
            ProgramParams.DEFAULT_PRIVS.name());
  }

  /** To what aliases(5) or a user names; {@code whose} says why it is by that identity. */
  private CompletableFuture<DeliveryResult> toAgent(
      QueuedMail mail, Recipient recipient, Supplier<Identity> by, String agent, String whose) {
    boolean isCommand = agent.startsWith("|");
    if (!settings.get(isCommand ? AliasParams.PROGRAM_DELIVERY : AliasParams.FILE_DELIVERY)) {
      return now(
          notNow((isCommand ? AliasParams.PROGRAM_DELIVERY : AliasParams.FILE_DELIVERY) + " = no"));
    }
    boolean marks = marks(isCommand ? "command" : "file");
    if (marks && DeliveredTo.has(mail.content(), recipient.address())) {
      return now(DeliveredTo.loop(NAME, recipient.address()));
    }
    Identity identity;
    try {
      identity = by.get();
    } catch (BadValue e) {
      return now(notNow(whose + ": " + e.reason()));
    }
    List<String> fields = fields(mail, recipient, marks);
    return isCommand
        ? run(mail, recipient, agent.substring(1), identity, fields)
        : write(mail, agent, identity, fields);
  }

  private boolean marks(String what) {
    return settings.get(ForwardParams.DELIVERED_HEADER).contains(what);
  }

  private CompletableFuture<DeliveryResult> toUser(
      QueuedMail mail, Recipient recipient, String name) {
    if (DeliveredTo.has(mail.content(), recipient.address())) {
      return now(DeliveredTo.loop(NAME, recipient.address()));
    }
    try {
      Optional<String> command = commands.of(name);
      if (command.isPresent()) {
        return run(
            mail,
            recipient,
            command.get(),
            identities.ofUser(name),
            fields(mail, recipient, marks("command")));
      }
      String below = settings.get(AliasParams.HOME_MAILBOX);
      String spool = settings.get(AliasParams.SPOOL);
      Identity identity =
          below.isBlank() ? identities.ofOwner(name, Path.of(spool)) : identities.ofUser(name);
      return write(
          mail, file(identity.user(), below, spool), identity, fields(mail, recipient, true));
    } catch (BadValue e) {
      return now(notNow("mail of " + name + ": " + e.reason()));
    } catch (LookupUnavailable e) {
      return now(
          new DeliveryResult.Deferred(NAME, "4.3.0", "a table has no answer: " + e.getMessage()));
    }
  }

  /** Where a user has his mail; with a slash at its end a Maildir. */
  static String file(MachineUser user, String below, String spool) {
    return below.isBlank()
        ? (spool.endsWith("/") ? spool + user.name() + "/" : spool + "/" + user.name())
        : user.home() + "/" + below;
  }

  private static CompletableFuture<DeliveryResult> now(DeliveryResult result) {
    return CompletableFuture.completedFuture(result);
  }

  private static DeliveryResult notNow(String why) {
    return new DeliveryResult.Deferred(NAME, "4.3.5", "mail transport unavailable: " + why);
  }

  private static List<String> fields(QueuedMail mail, Recipient recipient, boolean marks) {
    List<String> fields = new ArrayList<>();
    fields.add("Return-Path: <" + mail.sender() + ">");
    fields.add("X-Original-To: " + original(recipient));
    if (marks) {
      fields.add(DeliveredTo.field(recipient.address()));
    }
    return fields;
  }

  private static String original(Recipient recipient) {
    String named = recipient.namedBySender();
    return named.isEmpty() ? recipient.address().toString() : named;
  }

  private static String sender(QueuedMail mail) {
    return mail.sender().isNull() ? "MAILER-DAEMON" : mail.sender().toString();
  }

  private CompletableFuture<DeliveryResult> run(
      QueuedMail mail,
      Recipient recipient,
      String command,
      Identity identity,
      List<String> fields) {
    Job job =
        new Job(
            identity.running(words(command)),
            environment(mail, recipient, identity),
            Path.of("/"),
            MailCopy.piped(mail.content(), surroundings.postmark(sender(mail)), fields),
            settings.get(ProgramParams.TIME_LIMIT));
    return run(job, command, "delivered to command: " + command);
  }

  /** Who cancels what it gives has the program killed. */
  private CompletableFuture<DeliveryResult> run(Job job, String command, String delivered) {
    CompletableFuture<Ending> run = surroundings.programs().run(job);
    return then(run, ending -> ExitStatus.result(ending, NAME, command, delivered));
  }

  /** What comes of a result; who cancels it cancels what the result comes from. */
  private static <T, R> CompletableFuture<R> then(
      CompletableFuture<T> first, Function<T, R> function) {
    CompletableFuture<R> then = first.thenApply(function);
    CompletableFuture<R> unused =
        then.whenComplete(
            (done, trouble) -> {
              if (then.isCancelled()) {
                first.cancel(true);
              }
            });
    return then;
  }

  private List<String> words(String command) {
    String shell = settings.get(ProgramParams.SHELL);
    if (!shell.isBlank()) {
      List<String> words = new ArrayList<>(List.of(shell.strip().split("\\s+")));
      words.add(command);
      return words;
    }
    String bare = command.strip();
    return bare.matches(PLAIN) ? List.of(bare.split(" +")) : List.of(SHELL, "-c", command);
  }

  private Environment environment(QueuedMail mail, Recipient recipient, Identity identity) {
    String local = recipient.address().localPart();
    int extension = delimiter.indexIn(local);
    Map<String, String> environment = new HashMap<>();
    environment.put("USER", delimiter.user(local));
    environment.put("LOGNAME", delimiter.user(local));
    environment.put("LOCAL", local);
    environment.put("EXTENSION", extension < 0 ? "" : local.substring(extension + 1));
    environment.put("DOMAIN", recipient.address().domain().name());
    environment.put("RECIPIENT", recipient.address().toString());
    environment.put("ORIGINAL_RECIPIENT", original(recipient));
    environment.put("SENDER", sender(mail));
    environment.put("ENVID", mail.traits().envelopeId().orElse(""));
    BroughtBy client = BroughtBy.of(mail);
    environment.put("CLIENT_ADDRESS", client.address());
    environment.put("CLIENT_HOSTNAME", client.name());
    environment.put("CLIENT_HELO", client.helo());
    environment.put("CLIENT_PROTOCOL", client.protocol());
    environment.put("SASL_METHOD", client.method());
    environment.put("SASL_SENDER", client.sender());
    environment.put("SASL_USERNAME", client.login());
    environment.replaceAll((name, value) -> filtered(value));
    environment.put("HOME", identity.user().home());
    environment.put("SHELL", SHELL);
    return surroundings.environment().over(environment);
  }

  private String filtered(String value) {
    String allowed = settings.get(ProgramParams.EXPANSION_FILTER);
    StringBuilder filtered = new StringBuilder();
    value.codePoints().forEach(c -> filtered.appendCodePoint(allowed.indexOf(c) >= 0 ? c : '_'));
    return filtered.toString();
  }

  private CompletableFuture<DeliveryResult> write(
      QueuedMail mail, String file, Identity identity, List<String> fields) {
    boolean isMaildir = file.endsWith("/");
    MailCopy copy =
        isMaildir
            ? MailCopy.alone(mail.content(), fields)
            : MailCopy.mbox(mail.content(), surroundings.postmark(sender(mail)), fields);
    String delivered = isMaildir ? "delivered to maildir: " + file : "delivered to file: " + file;
    if (identity.isServers()) {
      return inThisProcess(file, copy, delivered);
    }
    Optional<List<String>> program = MailFileProgram.words();
    if (program.isEmpty()) {
      return now(
          notNow(
              "as " + identity.user().name() + " files are written by java, which is not found"));
    }
    List<String> words = new ArrayList<>(program.get());
    words.add(file);
    if (isMaildir) {
      words.add(name());
    }
    CompletableFuture<DeliveryResult> run =
        run(
            new Job(
                identity.running(words),
                surroundings.environment(),
                Path.of("/"),
                copy,
                settings.get(ProgramParams.TIME_LIMIT)),
            file,
            delivered);
    return then(run, LocalTransport::forNow);
  }

  /** Whatever keeps our own program from writing says nothing of the mail. */
  private static DeliveryResult forNow(DeliveryResult result) {
    return result instanceof DeliveryResult.Bounced
        ? new DeliveryResult.Deferred(NAME, "4.2.0", "cannot write: " + result.reason())
        : result;
  }

  private CompletableFuture<DeliveryResult> inThisProcess(
      String file, MailCopy copy, String delivered) {
    try {
      return CompletableFuture.supplyAsync(() -> written(file, copy, delivered), workers);
    } catch (RejectedExecutionException e) {
      return now(new DeliveryResult.Deferred(NAME, "4.3.2", "the server ends"));
    }
  }

  private DeliveryResult written(String file, MailCopy copy, String delivered) {
    try {
      if (file.endsWith("/")) {
        MailFile.addTo(Path.of(file), name(), copy);
      } else {
        MailFile.append(Path.of(file), copy);
      }
      return new DeliveryResult.Delivered(NAME, "2.0.0", delivered, false);
    } catch (IOException e) {
      return new DeliveryResult.Deferred(
          NAME, "4.2.0", "cannot write to " + file + ": " + MailFile.reason(e));
    }
  }

  /** As Maildir has it: time, what is unique, host. */
  private String name() {
    return surroundings.clock().instant().getEpochSecond()
        + ".R"
        + HexFormat.of().toHexDigits(random.nextLong())
        + "."
        + hostname;
  }
}
