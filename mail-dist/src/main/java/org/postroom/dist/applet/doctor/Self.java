package org.postroom.dist.applet.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.postroom.dist.MailServer;
import org.postroom.dist.config.ServerParams;

/**
 * What a server would go by if it started now: for whoever asks it who it is. Nobody else is asked.
 *
 * @param hostName {@code myhostname}
 * @param hostNameFrom how it was found
 * @param wholeName whether it can be a name of the DNS, or why not and what follows
 * @param domains the lists of domains, by the name of their parameter
 * @param listeners where it listens
 * @param addresses those of the machine
 * @param storage where mail is kept
 * @param files those that were read
 */
public record Self(
    String hostName,
    String hostNameFrom,
    String wholeName,
    Map<String, List<String>> domains,
    List<String> listeners,
    List<String> addresses,
    String storage,
    List<String> files) {

  /** What a configuration that was read comes to here. */
  public static Self of(Site site, Optional<Path> mainCf) {
    Settings settings = site.settings();
    Map<String, List<String>> domains = new LinkedHashMap<>();
    for (Param<List<String>> list : Site.lists()) {
      domains.put(list.name(), settings.get(list));
    }
    return new Self(
        site.hostName(),
        from(settings),
        whole(site),
        domains,
        site.listeners().stream()
            .map(
                one ->
                    one.name()
                        + " "
                        + (one.place() instanceof InetSocketAddress inet
                            ? inet.getAddress().getHostAddress() + " port " + inet.getPort()
                            : one.place().toString()))
            .toList(),
        site.addresses().stream().map(InetAddress::getHostAddress).toList(),
        storage(site),
        files(settings, mainCf));
  }

  private static String from(Settings settings) {
    if (settings.isGiven(PolicyParams.MYHOSTNAME)) {
      return settings.place(PolicyParams.MYHOSTNAME).toString();
    }
    return settings.get(PolicyParams.MYHOSTNAME).endsWith(".localdomain")
        ? "the operating system's name, which has no domain, with .localdomain behind it"
        : "the operating system's name";
  }

  private static String whole(Site site) {
    return site.host().isPresent()
        ? "yes"
        : "no: others cannot look it up, and "
            + site.hostName()
            + " is used all the same, in greetings, HELO and Message-IDs; set myhostname";
  }

  /** A URL can have a password behind the question mark. */
  private static String storage(Site site) {
    Settings settings = site.settings();
    String url = settings.get(ServerParams.STORAGE_URL).split("\\?", 2)[0];
    boolean elsewhere = url.startsWith("jdbc:") || url.startsWith("memory:");
    return elsewhere && settings.isGiven(ServerParams.STORAGE_URL)
        ? url
        : site.folder().map(Path::toString).orElse(url);
  }

  private static List<String> files(Settings settings, Optional<Path> mainCf) {
    List<Path> all = new ArrayList<>();
    mainCf.ifPresent(
        file -> {
          all.add(file);
          all.add(file.resolveSibling("master.cf"));
        });
    Stream.of(ServerParams.TLS_CERT_FILE, ServerParams.TLS_KEY_FILE)
        .forEach(param -> settings.get(param).ifPresent(all::add));
    return all.stream().filter(Files::exists).map(Path::toString).toList();
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Postroom " + MailServer.VERSION);
    lines.add("host name: " + hostName + " (" + hostNameFrom + ")");
    lines.add("whole name: " + wholeName);
    domains.forEach((list, names) -> lines.add(list + ": " + String.join(", ", names)));
    listeners.forEach(one -> lines.add("listens: " + one));
    lines.add("addresses: " + String.join(", ", addresses));
    lines.add("storage: " + storage);
    files.forEach(file -> lines.add("file: " + file));
    return lines;
  }

  /** For programs. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("version", MailServer.VERSION);
    members.put("host_name", hostName);
    members.put("host_name_from", hostNameFrom);
    members.put("whole_name", wholeName);
    members.put("domains", domains);
    members.put("listeners", listeners);
    members.put("addresses", addresses);
    members.put("storage", storage);
    members.put("files", files);
    return members;
  }
}
