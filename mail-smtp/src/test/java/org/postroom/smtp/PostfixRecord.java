package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.testing.SmallPolicyServer;
import org.postroom.core.transcript.SocketPeer;

/**
 * What Postfix has answered: configurations, and under each the sessions that were held.
 *
 * @param file among the resources of this package
 */
record PostfixRecord(String file, List<String> head, List<Configuration> configurations) {

  /** The records of lists of restrictions. */
  static final List<String> FILES = List.of("postfix-restrictions.txt", "postfix-access.txt");

  /** {@code @policy ACTION@} names a policy server that answers so. */
  private static final Pattern POLICY = Pattern.compile("@policy ([^@]*)@");

  /** In a session {@code command} was said, of which {@code reply} came. */
  record Exchange(String session, String command, String reply) {}

  /** One configuration, and what was said under it. */
  record Configuration(String title, Map<String, String> settings, List<Exchange> exchanges) {

    /** How many sessions there are. */
    long sessions() {
      return exchanges.stream().map(Exchange::session).distinct().count();
    }

    /** The settings, with a policy server for each that they name. */
    Map<String, String> settings(List<SmallPolicyServer> opened) {
      Map<String, String> all = new LinkedHashMap<>();
      settings.forEach(
          (name, value) ->
              all.put(name, POLICY.matcher(value).replaceAll(it -> named(it.group(1), opened))));
      return all;
    }

    private static String named(String action, List<SmallPolicyServer> opened) {
      SmallPolicyServer server =
          SmallPolicyServer.byTcp(request -> SmallPolicyServer.action(action));
      opened.add(server);
      return Matcher.quoteReplacement(server.name());
    }

    /** Holds the same sessions with a server that is dialled by {@code dial}. */
    List<Exchange> held(Supplier<SocketPeer> dial) {
      List<Exchange> held = new ArrayList<>();
      SocketPeer peer = null;
      String session = "";
      String last = "";
      for (Exchange asked : exchanges) {
        if (!asked.session().equals(session)) {
          if (peer != null) {
            peer.close();
          }
          peer = dial.get();
          session = asked.session();
        }
        if (!asked.command().equals(".") || last.startsWith("354")) {
          last = shortened(asked.command(), reply(peer, asked.command()));
          held.add(new Exchange(session, asked.command(), last));
        }
      }
      if (peer != null) {
        peer.close();
      }
      return held;
    }

    private static String reply(SocketPeer peer, String command) {
      switch (command) {
        case "greeting" -> {}
        case "." -> peer.send("Subject: x\r\n\r\n.\r\n");
        default -> peer.send(command + "\r\n");
      }
      String line = peer.readLine();
      while (line != null && line.length() > 3 && line.charAt(3) == '-') {
        line = peer.readLine();
      }
      return line == null ? "closed" : line;
    }

    /** Without what each server has in words of its own. */
    private static String shortened(String command, String line) {
      boolean inItsOwnWords =
          command.equals("greeting") && line.startsWith("220")
              || command.startsWith("EHLO") && line.startsWith("250")
              || line.startsWith("354");
      if (inItsOwnWords) {
        return line.substring(0, 3);
      }
      return line.startsWith("250 2.0.0 Ok: queued") ? "250 2.0.0 Ok: queued" : line;
    }
  }

  static PostfixRecord read(String file) {
    List<String> head = new ArrayList<>();
    List<Configuration> all = new ArrayList<>();
    try (InputStream in = PostfixRecord.class.getResourceAsStream(file)) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (line.startsWith("#")) {
          head.add(line);
        } else if (line.startsWith("= ")) {
          all.add(new Configuration(line.substring(2), new LinkedHashMap<>(), new ArrayList<>()));
        } else if (line.startsWith("set ")) {
          int equals = line.indexOf('=');
          all.get(all.size() - 1)
              .settings()
              .put(line.substring(4, equals), line.substring(equals + 1));
        } else {
          String[] parts = line.split(" \\| ", 3);
          all.get(all.size() - 1).exchanges().add(new Exchange(parts[0], parts[1], parts[2]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PostfixRecord(file, head, all);
  }

  /** The text of a record in which {@code answers} has what came now. */
  String text(Function<Configuration, List<Exchange>> answers) {
    StringBuilder text = new StringBuilder();
    head.forEach(line -> text.append(line).append('\n'));
    for (Configuration one : configurations) {
      text.append("= ").append(one.title()).append('\n');
      one.settings()
          .forEach((name, value) -> text.append("set " + name + "=" + value).append('\n'));
      for (Exchange said : answers.apply(one)) {
        text.append(said.session() + " | " + said.command() + " | " + said.reply()).append('\n');
      }
    }
    return text.toString();
  }
}
