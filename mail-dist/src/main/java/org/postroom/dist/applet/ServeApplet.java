package org.postroom.dist.applet;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.door.Door;
import org.postroom.core.life.Lifeline;
import org.postroom.core.secret.Secret;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.Users;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.log.ServerLog;
import org.postroom.dist.operation.CommandOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code postroom serve}: the server, until it is told to stop. Without a configuration it listens
 * on loopback, keeps mail in a folder, makes an account, and says how to send and read a mail.
 */
@Command(
    name = "serve",
    description = "Runs the server until it is told to stop (SIGTERM, SIGINT).",
    mixinStandardHelpOptions = true)
public final class ServeApplet implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeApplet.class);
  private static final int HIGH = 10_000;

  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();
  private Optional<Duration> interval = Optional.empty();

  ServeApplet() {}

  /**
   * As another command runs the server.
   *
   * @param interval how often it looks for mail that is left for it, where that is said
   */
  ServeApplet(Place place, CommandSpec spec, Optional<Duration> interval) {
    this.place = place;
    this.spec = spec;
    this.interval = interval;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ServerBuilder builder = described();
    DescribedServer inside = builder.unwrap(DescribedServer.class);
    boolean embedded = place.configuration().isEmpty();
    if (embedded) {
      listenOnLoopback(builder);
    }
    Lifeline lifeline = LastWords.lifeline(spec.commandLine().getErr());
    CompletableFuture<MailServer> running = new CompletableFuture<>();
    place
        .configuration()
        .ifPresent(
            file ->
                inside.operation(
                    CommandOperation.by(
                        (desk, call) -> Visitor.run(CommandTable.of(spec), file, desk, call))));
    Systemd systemd = Systemd.ofThisProcess();
    systemd.signsEvery().ifPresent(often -> builder.onAlive(often, systemd::alive));
    Hangup.on(() -> reload(running, systemd));
    // However it was asked for.
    builder.onReload(
        reload ->
            Optional.ofNullable(running.getNow(null))
                .map(ServeApplet::listens)
                .ifPresent(systemd::is));
    inside.lifeline(lifeline).onSettings(ServerLog::obey);
    MailServer server = builder.start();
    StartedServer started = server.unwrap(StartedServer.class);
    ServerLog.obey(started.settings());
    running.complete(server);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicBoolean orderly = new AtomicBoolean();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  systemd.stopping();
                  stop.countDown();
                  try {
                    stopped.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                  }
                  endWell(orderly.get(), out, spec.commandLine().getErr());
                },
                "postroom-stop"));
    try (server) {
      server.warnings().forEach(spec.commandLine().getErr()::println);
      out.println(listens(server));
      if (embedded) {
        greet(out, server, firstAccount(server.users()));
      } else if (knowsNobody(started)) {
        out.println(
            "There are no accounts yet:  "
                + command()
                + "user add"
                + place.options()
                + " NAME@DOMAIN");
      } else {
        out.println("Mail for postmaster goes to " + server.postmaster() + ".");
      }
      out.flush();
      systemd.ready(listens(server));
      stop.await();
      orderly.set(true);
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  /** The server that is meant, with what was said on the command line. */
  ServerBuilder described() {
    ServerBuilder builder = place.builder();
    interval.ifPresent(
        time -> builder.unwrap(DescribedServer.class).set(ServerParams.QUEUE_RUN_DELAY, time));
    return builder;
  }

  /** Whether nobody can have mail before somebody is added. */
  private static boolean knowsNobody(StartedServer server) {
    return server.settings().get(SourceParams.SOURCES).equals(List.of("sql"))
        && server.accounts().list().isEmpty();
  }

  /** At SIGHUP; what is wrong is in the log. While the server starts there is nothing to reload. */
  private static void reload(CompletableFuture<MailServer> running, Systemd systemd) {
    MailServer server = running.getNow(null);
    if (server != null) {
      systemd.reloading();
      try {
        server.reload();
      } catch (RuntimeException e) {
        LOG.debug("not reloaded", e);
      }
      systemd.ready(listens(server));
    }
  }

  /**
   * An orderly stop is no failure. Of its own accord the JVM would end with 128 and the signal's
   * number, which looks like one to who has started the process.
   */
  private static void endWell(boolean orderly, PrintWriter out, PrintWriter err) {
    if (orderly) {
      ServerLog.settle();
      out.flush();
      err.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  private static void listenOnLoopback(ServerBuilder builder) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    builder.bind(loopback);
    for (Door door : builder.doors()) {
      if (!door.equals(Role.ALTERNATIVE) && !door.equals(Role.LMTP) && !door.equals(Role.AUTH)) {
        builder.listen(door, freePort(loopback, door));
      }
    }
  }

  /** The usual port where we may have it, else one that everybody may have. */
  private static int freePort(InetAddress address, Door door) {
    for (int port : new int[] {door.port(), door.port() + HIGH}) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(address, port));
        return port;
      } catch (IOException e) {
        // Not ours to have, or taken: the next one.
      }
    }
    return 0;
  }

  /** Makes the first account; null when there are accounts already. */
  private static @Nullable FirstAccount firstAccount(Users users) {
    if (!users.list().isEmpty()) {
      return null;
    }
    String user = Optional.ofNullable(System.getenv("USER")).orElse("postmaster");
    String name = user.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "");
    String login = (name.isEmpty() ? "postmaster" : name) + "@localhost";
    String password = Passwords.random();
    try (Secret secret = Secret.of(password)) {
      users.add(login, secret);
    }
    return new FirstAccount(login, password);
  }

  private record FirstAccount(String login, String password) {}

  private static String listens(MailServer server) {
    StringBuilder line = new StringBuilder("Postroom listens:");
    server
        .doors()
        .forEach(
            (door, places) -> {
              line.append(' ').append(door).append(' ').append(where(door, places));
              line.append(',');
            });
    line.setLength(line.length() - 1);
    return line.toString();
  }

  private static String where(Door door, List<SocketAddress> places) {
    return places.stream()
        .map(
            place -> {
              if (!(place instanceof InetSocketAddress inet)) {
                return place.toString();
              }
              int port = inet.getPort();
              return port == door.port() ? "" + port : port + " (instead of " + door.port() + ")";
            })
        .distinct()
        .collect(Collectors.joining(" and "));
  }

  /** What there is to do next, each line to be pasted as it is. */
  private void greet(PrintWriter out, MailServer server, @Nullable FirstAccount account) {
    out.println("Mail is kept in " + place.folder() + "; Ctrl-C stops the server.");
    out.println();
    String command = command();
    if (account == null) {
      out.println("Accounts:          " + command + "user list" + place.options());
      out.println(
          "Another:           " + command + "user add" + place.options() + " NAME@localhost");
      out.println("A new password:    " + command + "user passwd" + place.options() + " NAME");
      out.println();
      return;
    }
    int mx = server.address(Role.MX).getPort();
    int imaps = server.address(Role.IMAPS).getPort();
    String ca = Place.quoted(place.folder().resolve("tls").resolve("ca.pem"));
    out.println("There is one account:  " + account.login() + "  password  " + account.password());
    out.println();
    out.println("Send a mail:");
    out.println(
        "  printf 'Subject: hello\\n\\nIt works.\\n' | curl -sS --url smtp://localhost:"
            + mx
            + " --mail-from you@example.org --mail-rcpt "
            + account.login()
            + " --upload-file -");
    out.println("Read it:");
    out.println(
        "  curl -sS --cacert "
            + ca
            + " --user "
            + account.login()
            + ":"
            + account.password()
            + " 'imaps://localhost:"
            + imaps
            + "/INBOX;MAILINDEX=1'");
    out.println("Another account:");
    out.println("  " + command + "user add" + place.options() + " ada@localhost");
    out.println(
        "Mail programs: IMAP at localhost:"
            + imaps
            + " and SMTP at localhost:"
            + server.address(Role.SUBMISSIONS).getPort()
            + ", both with TLS; the authority to trust is "
            + ca
            + ".");
    out.println();
  }

  /** How this was called, as the launcher says. */
  private static String command() {
    return Optional.ofNullable(System.getenv("POSTROOM_COMMAND")).orElse("./postroom") + " ";
  }
}
