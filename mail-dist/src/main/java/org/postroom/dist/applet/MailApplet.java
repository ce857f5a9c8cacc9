package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.move.Copy;
import org.postroom.dist.applet.move.Export;
import org.postroom.dist.applet.move.Import;
import org.postroom.dist.applet.move.Report;
import org.postroom.dist.applet.move.Trouble;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.UserOperations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom mail}: mail of mailboxes in and out, whether a server runs or not. */
@Command(
    name = "mail",
    description = {
      "Mail of mailboxes in and out: import, export, copy. All may be done again at any time, and"
          + " bring what is new."
    },
    mixinStandardHelpOptions = true)
public final class MailApplet {
  private static final int USAGE = 64;
  private static final int NO_USER = 67;

  @Spec private CommandSpec spec = CommandSpec.create();

  MailApplet() {}

  @Command(
      name = "import",
      description = {
        "Takes in mail that another server has kept, with UIDs, flags, dates and subscriptions.",
        "The source is only read."
      },
      mixinStandardHelpOptions = true)
  int bring(
      @Mixin Place place,
      @Option(
              names = {"-u", "--user"},
              paramLabel = "LOGIN",
              description = "Whose mail it is; may be given more than once.")
          List<String> users,
      @Option(
              names = "--all-users",
              description = "All accounts that are here, and those that have a place in SOURCE.")
          boolean all,
      @Option(
              names = "--verify",
              description = "Compares all messages with the source at the end, by SHA-256.")
          boolean verify,
      @Option(
              names = "--new-uids",
              description =
                  "Gives new UIDs to messages of a mailbox that has had others here, instead of"
                      + " leaving it out.")
          boolean newUids,
      @Parameters(
              paramLabel = "SOURCE",
              description =
                  "maildir:PATH, maildir:PATH:LAYOUT=fs, mbox:PATH or a path. In it %%u is the"
                      + " login, %%n and %%d what stands before and behind its @.")
          String source) {
    return with(
        place,
        users,
        all,
        (known, report) -> Import.others(source, known, report),
        (client, logins, report) ->
            new Import(client, source, newUids, verify, report).run(logins));
  }

  @Command(
      name = "export",
      description = {
        "Writes mail as a Maildir or as mboxes, with UIDs, flags, dates and subscriptions as Dovecot",
        "keeps them."
      },
      mixinStandardHelpOptions = true)
  int export(
      @Mixin Place place,
      @Option(
              names = {"-u", "--user"},
              paramLabel = "LOGIN",
              description = "Whose mail it is; may be given more than once.")
          List<String> users,
      @Option(names = "--all-users", description = "All accounts that are here.") boolean all,
      @Parameters(
              paramLabel = "TARGET",
              description =
                  "maildir:PATH, maildir:PATH:LAYOUT=fs, mbox:FOLDER, mbox:FOLDER:INBOX=FILE or a"
                      + " path; with %%u, %%n and %%d in it.")
          String target) {
    return with(
        place,
        users,
        all,
        (known, report) -> List.of(),
        (client, logins, report) -> new Export(client, target, report).run(logins));
  }

  @Command(
      name = "copy",
      description = {
        "Takes in the mail that somebody has on a server that runs, by IMAP; nothing is changed there.",
        "UIDs are kept where the mailbox here has never had a message."
      },
      mixinStandardHelpOptions = true)
  int copy(
      @Mixin Place place,
      @Option(
              names = {"-u", "--user"},
              paramLabel = "LOGIN",
              required = true,
              description = "Whose mail it is here.")
          String user,
      @Option(
              names = "--from",
              paramLabel = "URL",
              required = true,
              description =
                  "imaps://USER@HOST:PORT, or imap:// for STARTTLS (on this machine: in clear).")
          String from,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description =
                  "The password at the old server is the file's first line; else that of standard"
                      + " input.")
          @Nullable Path passwordFile,
      @Option(
              names = "--verify",
              description = "Compares all messages with the source at the end, by SHA-256.")
          boolean verify) {
    try (Secret password = password(passwordFile)) {
      return with(
          place,
          List.of(user),
          false,
          (known, report) -> List.of(),
          (client, logins, report) ->
              new Copy(client, from, verify, report)
                  .run(user, password, (SSLSocketFactory) SSLSocketFactory.getDefault()));
    }
  }

  private Secret password(@Nullable Path file) {
    try (BufferedReader in =
        file == null
            ? new BufferedReader(new InputStreamReader(Caller.of(spec).in(), UTF_8))
            : Files.newBufferedReader(file)) {
      String line = in.readLine();
      return Secret.of(line == null ? "" : line);
    } catch (IOException e) {
      throw new UncheckedIOException("the password cannot be read: " + e.getMessage(), e);
    }
  }

  private interface Work {
    void run(AskedServer.Client client, List<String> logins, Report report) throws Trouble;
  }

  /** Who may have an account beside those that are known: a source of accounts lists nobody. */
  private interface Candidates {
    List<String> beside(List<String> known, Report report) throws Trouble;
  }

  private int with(Place place, List<String> users, boolean all, Candidates candidates, Work work) {
    PrintWriter err = spec.commandLine().getErr();
    Report report = new Report(spec.commandLine().getOut(), err, System::nanoTime);
    List<String> logins = new ArrayList<>(users == null ? List.of() : users);
    if (logins.isEmpty() != all) {
      err.println("postroom: error: expected --user, or --all-users");
      return USAGE;
    }
    try (AskedServer.Client client = place.described().client()) {
      if (all) {
        logins.addAll(client.ask(UserOperations.LIST, new Nothing()).logins());
      }
      for (String login : logins) {
        requireAccount(client, login);
      }
      if (all) {
        addCandidates(client, candidates.beside(logins, report), logins, report);
        if (logins.isEmpty()) {
          err.println("postroom: error: there is nobody");
          return NO_USER;
        }
      }
      work.run(client, logins, report);
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.REQUEST) {
        throw e;
      }
      e.reasons().forEach(why -> err.println("postroom: error: " + why));
      return NO_USER;
    } catch (Trouble e) {
      err.println("postroom: error: " + e.getMessage());
      return USAGE;
    }
    return report.status();
  }

  private static void requireAccount(AskedServer.Client client, String login) {
    MailboxOperations.Mailboxes unused =
        client.ask(MailboxOperations.LIST, new MailboxOperations.Owner(login));
  }

  private static void addCandidates(
      AskedServer.Client client, List<String> candidates, List<String> logins, Report report) {
    Set<String> known = new HashSet<>();
    logins.forEach(login -> known.add(login.toLowerCase(Locale.ROOT)));
    for (String login : candidates) {
      if (!known.add(login.toLowerCase(Locale.ROOT))) {
        report.trouble(login, "there is a second place of that name");
        continue;
      }
      try {
        requireAccount(client, login);
        logins.add(login);
      } catch (OperationRefused e) {
        if (e.kind() != OperationRefused.Kind.REQUEST) {
          throw e;
        }
        report.trouble(login, "there is a place with mail, and no account of that name");
      }
    }
  }
}
