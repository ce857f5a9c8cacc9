package org.postroom.dist.applet.doveadm;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.Status;
import org.postroom.storage.StorageFault;

/**
 * The commands of doveadm(1) about mail and people: asked of the server that runs, or of its store.
 */
public final class Doveadm {
  private static final int SOFTWARE = 70;
  private static final int CONFIGURATION = 78;

  private final AskedServer server;
  private final Clock clock;
  private final Optional<String> form;
  private final UserWords.Password typed;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * For a server.
   *
   * @param clock which has the time zone, too, in which times are shown
   * @param form that answers are to have
   * @param typed where a password comes from that nobody has written
   */
  public Doveadm(
      AskedServer server,
      Clock clock,
      Optional<String> form,
      Supplier<Secret> typed,
      PrintWriter out,
      PrintWriter err) {
    this.server = server;
    this.clock = clock;
    this.form = form;
    this.typed = typed::get;
    this.out = out;
    this.err = err;
  }

  /** Does it; gives the exit status. */
  public int run(String command, List<String> words) {
    return run(asked -> run(asked, command, words));
  }

  /** The same of what is about the log, which the settings are looked at for. */
  public int log(List<String> words, Supplier<Settings> settings) {
    return run(asked -> new LogWords(asked, clock, clock.getZone()).run(words, settings.get()));
  }

  private void run(Asked asked, String command, List<String> words) {
    switch (command) {
      case "user" -> new UserWords(asked).user(words);
      case "auth" -> new UserWords(asked).auth(words, typed);
      case "quota" -> new UserWords(asked).quota(words);
      case "mailbox" -> new MailboxWords(asked).run(words);
      case "search", "fetch", "flags", "expunge", "move", "copy" ->
          new MessageWords(asked, clock, clock.getZone()).run(command, words);
      case "who" -> new SessionWords(asked).who(words);
      case "kick" -> new SessionWords(asked).kick(words);
      // Of Dovecot's indexes, which are not there; those who are meant have to be.
      case "force-resync" -> nothing(asked, Options.of("u:Af", words));
      case "index" -> nothing(asked, Options.of("u:Aqn:", words));
      case "purge" -> nothing(asked, Options.of("u:A", words));
      default -> throw new IllegalArgumentException("there is no command " + command);
    }
  }

  private int run(Consumer<Asked> work) {
    try (AskedServer.Client client = server.client()) {
      Asked asked = new Asked(client, Asked.form(form), out, err);
      work.accept(asked);
      return asked.status();
    } catch (Ended e) {
      if (!e.said().isEmpty()) {
        err.println(e.said());
      }
      return e.status();
    } catch (OperationRefused e) {
      e.reasons().forEach(reason -> err.println("doveadm: Error: " + reason));
      return switch (e.kind()) {
        case REQUEST -> Ended.NOT_POSSIBLE;
        case CONFIGURATION -> CONFIGURATION;
        case NOT_ALLOWED -> Ended.NO_PERMISSION;
        case UNAVAILABLE, NO_SERVER -> Ended.TEMPORARY;
        case INTERNAL -> SOFTWARE;
      };
    } catch (BadConfiguration e) {
      e.faults().forEach(fault -> err.println("doveadm: Fatal: " + fault));
      return CONFIGURATION;
    } catch (StorageFault e) {
      err.println("doveadm: Error: " + e.getMessage());
      return e.mayPass() ? Ended.TEMPORARY : CONFIGURATION;
    }
  }

  private static void nothing(Asked asked, Options options) {
    List<String> unused = asked.users(options);
  }

  /** Says what runs; gives the exit status. */
  public int status(Status status) {
    try {
      Rows rows =
          new Rows(
              Asked.form(form).orElse(Rows.Form.PAGER),
              List.of(Rows.Column.of("name"), Rows.Column.of("process"), Rows.Column.of("listens")),
              out);
      status
          .listeners()
          .forEach(
              one ->
                  rows.add(
                      List.of(
                          one.service(),
                          "" + status.process(),
                          one.address() + (one.port() == 0 ? "" : ":" + one.port()))));
      rows.end();
      return 0;
    } catch (Ended e) {
      err.println(e.said());
      return e.status();
    }
  }
}
