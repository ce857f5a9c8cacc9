package org.postroom.dist.config.dovecot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;

/**
 * What is listened to, by {@code protocols} and the listeners of {@code service} blocks: the
 * parameter {@code listeners}.
 */
final class Doors {
  private static final String LISTENERS = "listeners";
  private static final String SMTP = "smtp:25 submission:587 submissions:465";

  private static final Set<String> LOG_INS = Set.of("imap-login", "pop3-login");

  private final Findings findings;
  private final boolean smtpByMaster;

  /** By the name of the door, the port. */
  private final Map<String, Integer> ports = new LinkedHashMap<>();

  private final List<String> sockets = new ArrayList<>();

  Doors(Findings findings, boolean smtpByMaster) {
    this.findings = findings;
    this.smtpByMaster = smtpByMaster;
  }

  void read(Block root) {
    ports.put("imap", 143);
    ports.put("imaps", 993);
    ports.put("pop3", 110);
    ports.put("pop3s", 995);
    Optional<Setting> protocols = root.setting("protocols");
    List<Setting> said = new ArrayList<>();
    protocols.ifPresent(said::add);
    boolean lmtp = protocols.isEmpty() || words(protocols.get()).contains("lmtp");
    for (Block service : root.blocks("service")) {
      service(service, lmtp, said);
    }
    protocols.ifPresent(this::only);
    if (root.text("ssl").equalsIgnoreCase("no")) {
      root.setting("ssl").ifPresent(said::add);
      ports.remove("imaps");
      ports.remove("pop3s");
    }
    if (said.isEmpty() && sockets.isEmpty()) {
      return;
    }
    List<String> items = new ArrayList<>();
    if (!smtpByMaster) {
      items.add(SMTP);
    }
    ports.forEach((door, port) -> items.add(door + ":" + port));
    items.addAll(sockets);
    findings.set(LISTENERS, String.join(" ", items), DovecotSettings.first(said, root.place()));
  }

  private static List<String> words(Setting setting) {
    return List.of(setting.text().strip().split("[ \t]+"));
  }

  private void only(Setting protocols) {
    List<String> words = words(protocols);
    for (String protocol : List.of("imap", "pop3")) {
      if (!words.contains(protocol)) {
        ports.remove(protocol);
        ports.remove(protocol + "s");
      }
    }
    for (String word : words) {
      switch (word) {
        case "", "none", "imap", "imaps", "pop3", "pop3s", "lmtp" -> {}
        case "submission" ->
            findings.differs(
                protocols.place(),
                "protocols: submission",
                "is Postfix's: mail is submitted by the rules of main.cf and master.cf");
        default -> findings.differs(protocols.place(), "protocols: " + word, "is not there");
      }
    }
  }

  private void service(Block service, boolean lmtp, List<Setting> said) {
    String path = "service/" + service.name() + "/";
    service.settings().forEach(setting -> findings.silent(setting.place(), path + setting.name()));
    for (Block listener : service.blocks()) {
      String name = path + listener.type() + "/" + listener.name();
      switch (listener.type()) {
        case "inet_listener" -> {
          if (service.name().equals("lmtp") && !lmtp) {
            findings.silent(listener.place(), name);
          } else {
            inet(service.name(), listener, name, said);
          }
        }
        case "unix_listener" -> {
          if (service.name().equals("lmtp") && lmtp) {
            socket(listener, name);
          } else {
            findings.silent(listener.place(), name);
          }
        }
        case "fifo_listener" -> findings.silent(listener.place(), name);
        default -> findings.unknown(listener.place(), name, "");
      }
    }
  }

  private void inet(String service, Block listener, String name, List<Setting> said) {
    boolean isLmtp = service.equals("lmtp");
    if (!LOG_INS.contains(service) && !isLmtp) {
      if (!listener.settings().isEmpty()) {
        findings.noEffect(listener.place(), name, "nothing of that service is listened to");
      }
      return;
    }
    String protocol = isLmtp ? "lmtp" : service.substring(0, 4);
    boolean usual = listener.name().equals(protocol) || listener.name().equals(protocol + "s");
    String tls = listener.text("ssl");
    boolean isTls =
        tls.isEmpty()
            ? listener.name().equals(protocol + "s")
            : DovecotNames.Type.truth(tls).orElse(true);
    String door = isTls && !isLmtp ? protocol + "s" : protocol;
    for (Setting setting : listener.settings()) {
      switch (setting.name()) {
        case "port" -> port(setting, door, usual ? listener.name() : door, name, said);
        case "address", "listen" -> {
          if (!List.of("", "*", "::", "*, ::", "*,::").contains(setting.text())) {
            findings.differs(
                setting.place(),
                name + "/" + setting.name(),
                "is not acted upon: inet_interfaces says where to listen");
          }
        }
        case "ssl" -> {
          if (!tls.isEmpty() && DovecotNames.Type.truth(tls).isEmpty()) {
            findings.wrong(
                setting.place(), name + "/ssl", "expected yes or no, but found \"" + tls + "\"");
          }
        }
        case "haproxy" -> {
          if (DovecotNames.Type.truth(setting.text()).orElse(true)) {
            findings.refuse(
                setting.place(),
                name + "/haproxy",
                "a proxy would be taken for the client; remove it, and let clients connect"
                    + " themselves");
          }
        }
        default -> findings.silent(setting.place(), name + "/" + setting.name());
      }
    }
  }

  private void port(
      Setting setting, String door, String replaced, String name, List<Setting> said) {
    if (!setting.text().matches("\\d{1,5}") || Integer.parseInt(setting.text()) > 65_535) {
      findings.wrong(
          setting.place(),
          name + "/port",
          "expected a port, 0 to 65535, but found \"" + setting.text() + "\"");
      return;
    }
    int port = Integer.parseInt(setting.text());
    said.add(setting);
    if (port == 0) {
      ports.remove(replaced);
      return;
    }
    if (!replaced.equals(door)) {
      ports.remove(replaced);
    }
    Integer before = ports.put(door, port);
    boolean isMore = before != null && before != port && !name.endsWith("/" + door);
    if (isMore) {
      findings.differs(
          setting.place(), name, "takes the place of port " + before + ": each has one port here");
    }
  }

  /** At a socket in the file system: where Postfix hands in mail, as a rule. */
  private void socket(Block listener, String name) {
    if (!listener.name().startsWith("/")) {
      findings.noEffect(
          listener.place(),
          name,
          "mail comes into the mailboxes without it; listeners may name a socket by its whole"
              + " path, as lmtp:unix:/PATH");
      return;
    }
    sockets.add("lmtp:unix:" + listener.name());
    for (Setting setting : listener.settings()) {
      if (Set.of("mode", "user", "group").contains(setting.name())) {
        findings.set("unix_listener_" + setting.name(), setting.text(), setting.place());
      } else {
        findings.silent(setting.place(), name + "/" + setting.name());
      }
    }
  }
}
