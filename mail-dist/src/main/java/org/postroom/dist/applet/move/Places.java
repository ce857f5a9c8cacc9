package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where mail of somebody lies, as Dovecot's mail_location says it: {@code maildir:PATH} or {@code
 * mbox:PATH}, with {@code :LAYOUT=fs} or {@code :INBOX=PATH} behind it, or a path alone. In the
 * path {@code %u} is the login, {@code %n} what stands before its {@code @}, {@code %d} what stands
 * behind.
 */
record Places(Kind kind, String path, Optional<String> inbox, boolean nested) {

  /** What lies there. */
  enum Kind {
    MAILDIR,
    MBOX,
    ANY
  }

  /**
   * Understands what was written.
   *
   * @throws Trouble when it is none
   */
  static Places parse(String text) throws Trouble {
    List<String> parts = List.of(text.split(":", -1));
    Kind kind =
        switch (parts.get(0).toLowerCase(Locale.ROOT)) {
          case "maildir" -> Kind.MAILDIR;
          case "mbox" -> Kind.MBOX;
          default -> Kind.ANY;
        };
    if (kind == Kind.ANY) {
      if (text.matches("(s|m)dbox:.*|imapc:.*|pop3c:.*")) {
        throw new Trouble(
            text
                + ": this is not read; have Dovecot write a Maildir of it first:"
                + " doveadm backup -u USER maildir:FOLDER");
      }
      return new Places(kind, text, Optional.empty(), false);
    }
    boolean nested = false;
    Optional<String> inbox = Optional.empty();
    for (String option : parts.subList(2 < parts.size() ? 2 : parts.size(), parts.size())) {
      if (option.startsWith("INBOX=") && kind == Kind.MBOX) {
        inbox = Optional.of(option.substring("INBOX=".length()));
      } else if (option.equals("LAYOUT=fs")) {
        nested = true;
      } else if (!option.equals("LAYOUT=maildir++") && !option.equals("UTF-8")) {
        throw new Trouble(
            text
                + ": expected LAYOUT=fs, LAYOUT=maildir++, UTF-8, or INBOX= with mbox, behind the"
                + " path, found "
                + option);
      }
    }
    if (parts.size() < 2 || parts.get(1).isEmpty()) {
      throw new Trouble(text + ": expected a path behind the colon");
    }
    return new Places(kind, parts.get(1), inbox, nested);
  }

  /**
   * Looks whether each of them has a place of his own.
   *
   * @throws Trouble when two would share one, and with it their mail
   */
  void checkApart(List<String> logins) throws Trouble {
    Set<Path> taken = new HashSet<>();
    for (String login : logins) {
      if (leadsAway(login)) {
        continue; // he is told of it where his turn is
      }
      Optional<Path> inboxOf = inboxOf(login);
      if (!taken.add(of(login)) || inboxOf.isPresent() && !taken.add(inboxOf.get())) {
        throw new Trouble(
            "for more than one user the path needs %u, or %n and %d, and that of INBOX= does, too:"
                + " "
                + login
                + " would share a place");
      }
    }
  }

  /**
   * That of somebody.
   *
   * @throws Trouble when his login would lead elsewhere
   */
  Path of(String login) throws Trouble {
    return of(path, login);
  }

  /** Where the INBOX of somebody is, when it is not with the others. */
  Optional<Path> inboxOf(String login) throws Trouble {
    return inbox.isPresent() ? Optional.of(of(inbox.get(), login)) : Optional.empty();
  }

  private static Path of(String path, String login) throws Trouble {
    int at = login.lastIndexOf('@');
    String name = at < 0 ? login : login.substring(0, at);
    String domain = at < 0 ? "" : login.substring(at + 1);
    if (path.indexOf('%') >= 0 && leadsAway(login)) {
      throw new Trouble(login + ": no file can be called so");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      char next = c == '%' && i + 1 < path.length() ? path.charAt(i + 1) : 0;
      switch (next) {
        case 'u' -> text.append(login);
        case 'n' -> text.append(name);
        case 'd' -> text.append(domain);
        case '%' -> text.append('%');
        default -> text.append(c);
      }
      i += next == 'u' || next == 'n' || next == 'd' || next == '%' ? 1 : 0;
    }
    return Path.of(text.toString()).toAbsolutePath().normalize();
  }

  /**
   * Who else has a place there, by what folders are called where the path has names; nobody where
   * it has none that make a login.
   *
   * @param known whose places are none of others
   * @param report hears of folders that cannot be looked through
   */
  List<String> others(List<String> known, Report report) throws Trouble {
    Set<Path> taken = new HashSet<>();
    for (String login : known) {
      if (!leadsAway(login)) {
        taken.add(of(login));
        inboxOf(login).ifPresent(taken::add);
      }
    }
    Set<String> logins = new TreeSet<>();
    for (String one : inbox.map(second -> List.of(path, second)).orElse(List.of(path))) {
      for (Branch branch : Branch.all(one, report)) {
        if (!taken.contains(branch.file().normalize())) {
          branch.login().ifPresent(logins::add);
        }
      }
    }
    return List.copyOf(logins);
  }

  /**
   * A file that fits a path so far. Links are followed, so that whoever has one is told of it where
   * his turn is.
   *
   * @param names what stands for {@code u}, {@code n} and {@code d}
   */
  private record Branch(Path file, Map<Character, String> names) {
    private static final Pattern NAME = Pattern.compile("%([und%])");

    static List<Branch> all(String path, Report report) {
      List<Branch> found =
          List.of(new Branch(Path.of(path.startsWith("/") ? "/" : "").toAbsolutePath(), Map.of()));
      for (String name : path.split("/+")) {
        if (!name.isEmpty()) {
          List<Branch> next = new ArrayList<>();
          for (Branch one : found) {
            try {
              one.below(name, next);
            } catch (IOException | DirectoryIteratorException e) {
              report.trouble(one.file().toString(), "it cannot be looked through: " + e);
            }
          }
          found = next;
        }
      }
      return found;
    }

    void below(String name, List<Branch> found) throws IOException {
      Matcher parts = NAME.matcher(name);
      StringBuilder pattern = new StringBuilder();
      StringBuilder groups = new StringBuilder();
      int end = 0;
      while (parts.find()) {
        pattern.append(Pattern.quote(name.substring(end, parts.start())));
        end = parts.end();
        if (parts.group(1).equals("%")) {
          pattern.append('%');
        } else {
          groups.append(parts.group(1));
          pattern.append("(.+)");
        }
      }
      pattern.append(Pattern.quote(name.substring(end)));
      if (groups.isEmpty()) {
        Path only = file.resolve(name.replace("%%", "%"));
        if (Files.exists(only)) {
          found.add(new Branch(only, names));
        }
        return;
      }
      Pattern fits = Pattern.compile(pattern.toString(), Pattern.DOTALL);
      if (!Files.isDirectory(file)) {
        return;
      }
      try (DirectoryStream<Path> all = Files.newDirectoryStream(file)) {
        for (Path one : all) {
          Matcher matcher = fits.matcher(String.valueOf(one.getFileName()));
          if (matcher.matches()) {
            named(matcher, groups).ifPresent(both -> found.add(new Branch(one, both)));
          }
        }
      }
    }

    /** What stands for which; nothing where one would stand for two things. */
    private Optional<Map<Character, String>> named(Matcher matcher, CharSequence groups) {
      Map<Character, String> all = new HashMap<>(names);
      for (int group = 0; group < groups.length(); group++) {
        String name = matcher.group(group + 1);
        if (!name.equals(all.merge(groups.charAt(group), name, (one, other) -> one))) {
          return Optional.empty();
        }
      }
      return Optional.of(all);
    }

    Optional<String> login() {
      String whole = names.get('u');
      String name = names.get('n');
      String domain = names.get('d');
      if (whole != null) {
        return Optional.of(whole);
      }
      return name == null
          ? Optional.empty()
          : Optional.of(domain == null ? name : name + "@" + domain);
    }
  }

  /** Whether a path with it, or with a part of it, could be one that is not below. */
  private static boolean leadsAway(String login) {
    return login.indexOf('/') >= 0
        || login.indexOf('\0') >= 0
        || login.matches("\\.{1,2}(@.*)?|.*@\\.{1,2}");
  }

  /** What there is to be read. */
  MailSource source(String login, Report report) throws IOException, Trouble {
    Path place = of(login);
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new Trouble(place + ": there is nothing");
    }
    SafeFiles.checkPlace(place);
    boolean isMbox =
        kind == Kind.MBOX || Files.isRegularFile(place) && !place.toString().endsWith(".eml");
    if (isMbox) {
      return new Mbox(place, inboxOf(login), report);
    }
    return new Maildir(place, nested, report);
  }
}
