package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.postroom.core.door.Door;
import org.postroom.dist.MailServer;
import org.postroom.dist.log.ServerLog;
import org.postroom.testkit.MailSetup;
import org.postroom.testkit.TestMail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code postroom fixture}: the mail server of tests as a process, for tests in other languages
 * than Java. What a test wants of it, it asks for by other commands on the same folder: {@code
 * status}, {@code faults}, {@code user}.
 */
@Command(
    name = "fixture",
    description = {
      "Runs a mail server for tests until it is told to stop (SIGTERM, SIGINT): on free ports of"
          + " loopback, with mail in memory. It takes mail for every address, and every address"
          + " logs in with the password secret.",
      "status --json -d FOLDER says its ports, faults -d FOLDER has it fail."
    },
    mixinStandardHelpOptions = true)
public final class FixtureApplet implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where it can be asked, and where its authority is (tls/ca.pem). Not its mail.")
  private Path folder = Path.of("");

  @Option(
      names = "--account",
      paramLabel = "ADDRESS[:PASSWORD]",
      description = "Somebody who is here from the start.")
  private List<String> accounts = List.of();

  @Option(names = "--strict", description = "Nobody else is here.")
  private boolean strict;

  @Option(names = "--auth-in-clear", description = "Passwords are taken without TLS.")
  private boolean authInClear;

  @Option(
      names = "-o",
      paramLabel = "NAME=VALUE",
      description = "A parameter as a file would write it.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--port",
      paramLabel = "LISTENER=PORT",
      description = "Not a free port but this one (--port smtp=2525).")
  private Map<String, Integer> ports = Map.of();

  FixtureApplet() {}

  @Override
  public Integer call() throws InterruptedException {
    TestMail mail = setup().start();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  try {
                    stopped.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "postroom-stop"));
    try (mail) {
      announce(mail.server());
      stop.await();
    } finally {
      ServerLog.settle();
      stopped.countDown();
    }
    return 0;
  }

  private MailSetup setup() {
    MailSetup setup =
        TestMail.with().set("storage_folder", folder.toAbsolutePath().normalize().toString());
    for (String account : accounts) {
      int colon = account.indexOf(':');
      setup.account(
          colon < 0 ? account : account.substring(0, colon),
          colon < 0 ? TestMail.PASSWORD : account.substring(colon + 1));
    }
    if (strict) {
      setup.strict();
    }
    if (authInClear) {
      setup.authInClear();
    }
    settings.forEach(setup::set);
    ports.forEach((name, port) -> setup.port(door(name), port));
    return setup;
  }

  private Door door(String name) {
    List<Door> doors = MailServer.builder().doors();
    return doors.stream()
        .filter(door -> door.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "no listener " + name + "; expected one of " + doors));
  }

  private void announce(MailServer server) {
    PrintWriter out = spec.commandLine().getOut();
    server
        .doors()
        .forEach((door, places) -> places.forEach(place -> out.println(line(door, place))));
    out.println("ready");
    out.flush();
  }

  private static String line(Door door, SocketAddress place) {
    return place instanceof InetSocketAddress inet
        ? door.name() + " " + inet.getAddress().getHostAddress() + " port " + inet.getPort()
        : door.name() + " " + place;
  }
}
