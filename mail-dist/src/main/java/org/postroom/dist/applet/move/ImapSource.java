package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.dist.remote.ImapReader;
import org.postroom.dist.remote.ImapTalk;
import org.postroom.imap.protocol.ModifiedUtf7;

/** What somebody has on a server that speaks IMAP. Nothing is changed there, no flag either. */
final class ImapSource implements MailSource {
  private static final Pattern CODE = Pattern.compile("\\[(UIDVALIDITY|UIDNEXT) (\\d{1,10})].*");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH);

  /** So much is asked for at once. */
  private static final int AHEAD_MESSAGES = 50;

  private static final long AHEAD_OCTETS = 4 << 20;

  private final ImapClient client;
  private final Report report;
  private String prefix = "";

  ImapSource(ImapClient client, Report report) {
    this.client = client;
    this.report = report;
  }

  @Override
  public void folders(Visitor visitor) throws IOException, Trouble {
    for (Map.Entry<String, String> one : names("LIST").entrySet()) {
      try (Selected mailbox = new Selected(one.getKey())) {
        visitor.visit(mailbox.look(one.getValue()));
      } catch (Trouble e) {
        report.trouble(one.getKey(), String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public Set<String> subscriptions() throws IOException, Trouble {
    return new TreeSet<>(names("LSUB").keySet());
  }

  /** By our name, the server's. */
  private Map<String, String> names(String command) throws IOException, Trouble {
    prefix = namespace();
    Map<String, String> names = new TreeMap<>();
    client.command(
        command + " \"\" \"*\"",
        said -> {
          if (said.word().equals(command) && said.values().size() >= 3) {
            String attributes = said.values().get(0).toString().toLowerCase(Locale.ROOT);
            if (!attributes.contains("\\noselect") && !attributes.contains("\\nonexistent")) {
              name(names, text(said.values().get(1)), text(said.values().get(2)));
            }
          }
        });
    return names;
  }

  /** Of one's own mailboxes (RFC 2342), where the server says so: Courier's all lie below INBOX. */
  private String namespace() throws IOException {
    String[] found = {""};
    try {
      client.command(
          "NAMESPACE",
          said -> {
            if (said.word().equals("NAMESPACE")
                && !said.values().isEmpty()
                && said.values().get(0) instanceof List<?> own
                && !own.isEmpty()
                && own.get(0) instanceof List<?> first
                && !first.isEmpty()) {
              found[0] = text(first.get(0));
            }
          });
    } catch (Trouble e) {
      return ""; // it does not know the command
    }
    return found[0];
  }

  private void name(Map<String, String> names, String separator, String wire) {
    String name = wire.startsWith(prefix) ? wire.substring(prefix.length()) : wire;
    try {
      boolean levels = !separator.equalsIgnoreCase("NIL") && !separator.isEmpty();
      if (levels && !separator.equals("/")) {
        if (name.contains("/")) {
          throw new BadMailboxName("a slash separates levels here");
        }
        name = name.replace(separator, "/");
      }
      names.put(MailboxName.of(decoded(name)).value(), wire);
    } catch (BadMailboxName e) {
      report.trouble(wire, String.valueOf(e.getMessage()));
    }
  }

  private static String decoded(String name) {
    try {
      return ModifiedUtf7.decode(name);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  /** A short text, in whatever form it came. */
  private static String text(Object value) {
    if (!(value instanceof Body body)) {
      return value.toString();
    }
    try (InputStream in = body.open()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(in.readNBytes(1000));
      return out.toString(UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A mailbox that is open to be read. */
  private final class Selected implements AutoCloseable {
    private final String name;
    private final NavigableMap<Long, Long> sizes = new TreeMap<>();
    private final Map<Long, Body> ahead = new HashMap<>();
    private long uidValidity;
    private long uidNext;
    private long exists;
    private long last;
    private int aheadMessages = 1;

    Selected(String name) {
      this.name = name;
    }

    SourceFolder look(String wire) throws IOException, Trouble {
      client.command("EXAMINE " + ImapTalk.quoted(wire), this::examined);
      List<SourceMessage> messages = new ArrayList<>();
      if (exists > 0) {
        client.command(
            "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)",
            said -> message(said).ifPresent(messages::add));
      }
      if (uidValidity > Uid.MAX || uidNext > Uid.MAX) {
        throw new Trouble("the server says a UIDVALIDITY or UIDNEXT that none can have");
      }
      messages.sort(Comparator.comparingLong(SourceMessage::uid));
      return new SourceFolder(
          name, uidValidity > 0 ? Optional.of(uidValidity) : Optional.empty(), uidNext, messages);
    }

    private static long number(String text) {
      return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private void examined(ImapReader.Response said) {
      Matcher code = CODE.matcher(said.text());
      if (code.matches()) {
        long value = Long.parseLong(code.group(2));
        if (code.group(1).equals("UIDNEXT")) {
          uidNext = value;
        } else {
          uidValidity = value;
        }
      }
      if (said.word().matches("\\d{1,10}") && said.values().contains("EXISTS")) {
        exists = Long.parseLong(said.word());
      }
    }

    private Optional<SourceMessage> message(ImapReader.Response said) {
      Map<String, Object> items = items(said);
      Object flags = items.get("FLAGS");
      if (!(items.get("UID") instanceof String number)
          || !(items.get("RFC822.SIZE") instanceof String size)
          || !(flags instanceof List<?> list)) {
        return Optional.empty();
      }
      long uid = number(number);
      if (uid < 1 || uid >= Uid.MAX) {
        report.trouble(name, "the server says a UID that none can have: " + number);
        return Optional.empty();
      }
      sizes.put(uid, number(size));
      List<String> names =
          list.stream().map(Object::toString).filter(one -> !one.equals("\\Recent")).toList();
      return Optional.of(
          new SourceMessage(
              uid,
              names,
              date(String.valueOf(items.get("INTERNALDATE"))),
              name + " UID " + uid,
              sizes.get(uid),
              () -> load(uid)));
    }

    private long date(String text) {
      try {
        return OffsetDateTime.parse(text.strip(), DATE).toInstant().toEpochMilli();
      } catch (DateTimeException e) {
        return 0;
      }
    }

    private Body load(long uid) throws IOException, Trouble {
      // Whoever asks for one behind the other will ask for the next.
      boolean inOrder = last > 0 && Long.valueOf(uid).equals(sizes.higherKey(last));
      aheadMessages = inOrder ? Math.min(AHEAD_MESSAGES, aheadMessages * 2) : 1;
      last = uid;
      if (!ahead.containsKey(uid)) {
        close();
        fetch(uid);
      }
      Body body = ahead.remove(uid);
      if (body == null) {
        throw new Trouble("it has been removed meanwhile");
      }
      return body;
    }

    @Override
    public void close() {
      ahead.values().forEach(Body::discard);
      ahead.clear();
    }

    /** Asks for some of those that follow, too: an answer takes a while to come. */
    private void fetch(long uid) throws IOException, Trouble {
      List<Long> some = new ArrayList<>();
      long octets = 0;
      for (Map.Entry<Long, Long> one : sizes.tailMap(uid, true).entrySet()) {
        octets += one.getValue();
        if (some.size() == aheadMessages || !some.isEmpty() && octets > AHEAD_OCTETS) {
          break;
        }
        some.add(one.getKey());
      }
      client.command(
          "UID FETCH "
              + some.stream().map(String::valueOf).collect(Collectors.joining(","))
              + " (UID BODY.PEEK[])",
          said -> {
            Map<String, Object> items = items(said);
            Body body = body(items.get("BODY[]"));
            if (body != null && items.get("UID") instanceof String number) {
              ahead.put(number(number), body);
            }
          });
    }

    private @Nullable Body body(@Nullable Object value) {
      if (value instanceof String text) {
        return Body.of(text.getBytes(UTF_8)); // quoted, as it may be when it is short
      }
      return value instanceof Body body ? body : null;
    }

    /** Of {@code 12 FETCH (NAME value …)}. */
    private Map<String, Object> items(ImapReader.Response said) {
      Map<String, Object> items = new HashMap<>();
      if (said.values().size() == 2
          && "FETCH".equalsIgnoreCase(String.valueOf(said.values().get(0)))
          && said.values().get(1) instanceof List<?> list) {
        for (int i = 0; i + 1 < list.size(); i += 2) {
          items.put(list.get(i).toString().toUpperCase(Locale.ROOT), list.get(i + 1));
        }
      }
      return items;
    }
  }
}
