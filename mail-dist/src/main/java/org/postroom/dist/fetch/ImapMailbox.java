package org.postroom.dist.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.log.FetchLog;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.secret.Secret;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.remote.ImapReader;
import org.postroom.dist.remote.ImapTalk;
import org.postroom.dist.remote.RemoteLine;
import org.postroom.dist.remote.RemoteRefusal;
import org.postroom.imap.protocol.ModifiedUtf7;

/** One mailbox as IMAP shows it. Messages go by UIDVALIDITY and UID. */
final class ImapMailbox implements RemoteMailbox {
  private static final String SEEN = "\\Seen";
  private static final Pattern VALIDITY = Pattern.compile("\\[UIDVALIDITY (\\d{1,10})].*");

  private static final Pattern PERMANENT =
      Pattern.compile("\\[PERMANENTFLAGS \\((.*?)\\)].*", Pattern.CASE_INSENSITIVE);

  /** A literal beside those of messages, such as a name, is no longer. */
  private static final int SHORT = 64 * 1024;

  private final Staging staging;
  private final long largest;
  private final FetchLog log;

  /** What has come of messages and nobody has taken yet. */
  private final List<StagedContent> contents = new ArrayList<>();

  /** UIDs of those that are marked as deleted, and not by us. */
  private final Set<Long> marked = new HashSet<>();

  private final ImapTalk talk;
  private String validity = "";
  private boolean hasUidPlus;
  private boolean expunges;

  /** Whether what is marked as seen stays so (RFC 3501, 7.1: without a word of it, it does). */
  private boolean keepsSeen = true;

  private boolean isFetching;
  private boolean isEmpty;
  private long staged;

  private ImapMailbox(Staging staging, long largest, FetchLog log, Opening opening)
      throws IOException, RemoteRefusal {
    this.staging = staging;
    this.largest = largest;
    this.log = log;
    this.talk = opening.open(this::aside);
  }

  /** Makes the conversation. */
  private interface Opening {
    ImapTalk open(ImapReader.Aside aside) throws IOException, RemoteRefusal;
  }

  /**
   * Logs in and opens the mailbox, to change nothing in it where its messages are kept.
   *
   * @param largest octets that a message may have
   */
  static ImapMailbox open(
      RemoteLine line, FetchJob job, Secret password, Staging staging, long largest, FetchLog log)
      throws IOException, RemoteRefusal {
    boolean startTls = !line.isSecure() && job.tls() == FetchJob.Tls.REQUIRED;
    ImapMailbox mailbox =
        new ImapMailbox(
            staging,
            largest,
            log,
            aside -> ImapTalk.open(line, startTls, job.credentials(password), aside));
    mailbox.select(job);
    return mailbox;
  }

  private void select(FetchJob job) throws IOException, RemoteRefusal {
    talk.command(
        "CAPABILITY",
        said ->
            hasUidPlus |= said.word().equals("CAPABILITY") && said.values().contains("UIDPLUS"));
    talk.command(
        (job.leaving() == FetchJob.Leaving.KEPT ? "EXAMINE " : "SELECT ")
            + ImapTalk.quoted(ModifiedUtf7.encode(job.remote().mailbox())),
        said -> {
          Matcher code = VALIDITY.matcher(said.text());
          if (code.matches()) {
            validity = code.group(1);
          }
          Matcher kept = PERMANENT.matcher(said.text());
          if (kept.matches()) {
            keepsSeen = Stream.of(kept.group(1).split(" ")).anyMatch(SEEN::equalsIgnoreCase);
          }
          isEmpty |= said.word().equals("0") && said.values().contains("EXISTS");
        });
    if (validity.isEmpty()) {
      throw new RemoteRefusal("the server says no UIDVALIDITY, without which UIDs mean nothing");
    }
  }

  /** Messages are staged; what else comes as a literal is a text. */
  private Object aside(InputStream octets, long size) throws IOException {
    if (!isFetching) {
      if (size > SHORT) {
        throw new IOException("the server says a text that is too long");
      }
      return new String(octets.readAllBytes(), StandardCharsets.UTF_8);
    }
    return staged(octets, size);
  }

  private StagedContent staged(InputStream octets, long size) throws IOException {
    staged += size; // of all that is said to be the message
    if (staged > largest) {
      throw new BoundedSink.TooLong(largest);
    }
    try (BoundedSink sink = new BoundedSink(staging, size, largest)) {
      byte[] chunk = new byte[16 * 1024];
      for (int count = octets.read(chunk); count >= 0; count = octets.read(chunk)) {
        sink.write(chunk, 0, count);
      }
      StagedContent content = sink.finish();
      contents.add(content);
      return content;
    }
  }

  @Override
  public List<Entry> list() throws IOException, RemoteRefusal {
    List<Entry> entries = new ArrayList<>();
    if (isEmpty) { // some servers know no set of none
      return entries;
    }
    talk.command(
        "UID FETCH 1:* (UID FLAGS RFC822.SIZE)",
        said -> {
          Map<String, Object> items = items(said);
          if (entries.size() <= MOST
              && items.get("UID") instanceof String uid
              && uid.matches("\\d{1,10}")
              && items.get("RFC822.SIZE") instanceof String size
              && size.matches("\\d{1,18}")) {
            take(entries, Long.parseLong(uid), Long.parseLong(size), items.get("FLAGS"));
          }
        });
    if (entries.size() > MOST) {
      throw new IOException("the mailbox has more than " + MOST + " messages");
    }
    entries.sort(Comparator.comparingLong(Entry::number));
    return entries;
  }

  private void take(List<Entry> entries, long uid, long size, @Nullable Object flags) {
    if (uid > 0 && uid < Uid.MAX) {
      Entry entry = new Entry(validity + "." + uid, uid, size, flags(flags));
      entries.add(entry);
      if (entry.has(Flags.DELETED)) {
        marked.add(uid);
      }
    }
  }

  private static long flags(@Nullable Object said) {
    long flags = 0;
    if (said instanceof List<?> list) {
      for (Object flag : list) {
        flags |= NamedFlags.bit(flag.toString());
      }
    }
    return flags;
  }

  /** Of {@code 12 FETCH (NAME value …)}. */
  private static Map<String, Object> items(ImapReader.Response said) {
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

  @Override
  public StagedContent fetch(Entry message) throws IOException, RemoteRefusal {
    List<Object> found = new ArrayList<>();
    isFetching = true;
    staged = 0;
    try {
      talk.command(
          "UID FETCH " + message.number() + " (UID BODY.PEEK[])",
          said -> {
            Map<String, Object> items = items(said);
            Object body = items.get("BODY[]");
            if (body != null && String.valueOf(message.number()).equals(items.get("UID"))) {
              found.add(body);
            }
          });
      return first(found);
    } finally {
      isFetching = false;
      contents.forEach(StagedContent::close);
      contents.clear();
    }
  }

  private StagedContent first(List<Object> found) throws IOException, RemoteRefusal {
    if (found.isEmpty()) {
      throw new RemoteRefusal("the message has been removed meanwhile");
    }
    Object body = found.get(0);
    if (body instanceof String text) { // quoted, as it may be when it is short
      if (text.equalsIgnoreCase("NIL")) {
        throw new RemoteRefusal("the server has no content of it");
      }
      byte[] octets = text.getBytes(StandardCharsets.UTF_8);
      body = staged(new ByteArrayInputStream(octets), octets.length);
    }
    if (!(body instanceof StagedContent content) || !contents.remove(content)) {
      throw new IOException("the server says no message");
    }
    return content;
  }

  @Override
  public void markSeen(Entry message) throws IOException, RemoteRefusal {
    talk.command("UID STORE " + message.number() + " +FLAGS.SILENT (" + SEEN + ")", said -> {});
    if (!keepsSeen) {
      throw new RemoteRefusal("the server keeps no " + SEEN + " beyond this round");
    }
  }

  @Override
  public void delete(Entry message) throws IOException, RemoteRefusal {
    talk.command("UID STORE " + message.number() + " +FLAGS.SILENT (\\Deleted)", said -> {});
    expunges = true;
    marked.remove(message.number());
    if (hasUidPlus) {
      talk.command("UID EXPUNGE " + message.number(), said -> {});
    }
  }

  /**
   * Without UIDPLUS (RFC 4315) all go that are marked; what others have marked is theirs. No UID is
   * another message's ever (RFC 3501, 2.3.1.1).
   */
  @Override
  public boolean end() throws IOException, RemoteRefusal {
    if (expunges && !hasUidPlus) {
      if (!marked.isEmpty()) {
        log.passedOver("the server has no UIDPLUS, and others have marked messages: ours stay so");
      } else {
        talk.command("EXPUNGE", said -> {});
      }
    }
    talk.leave();
    return false;
  }
}
