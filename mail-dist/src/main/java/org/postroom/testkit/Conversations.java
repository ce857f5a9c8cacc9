package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.wire.Ear;

/**
 * What clients have said to a test's server and heard from it, and which of it were refusals. Of
 * long sessions, and of many, only the last is kept. Threads share it.
 */
final class Conversations implements Ear {
  /** Sessions that are kept when they are over. */
  private static final int MOST_ENDED = 200;

  /** Lines of one session, the last of them. */
  private static final int MOST_LINES = 2_000;

  /** Octets of a line; content may be one line without end. */
  private static final int LONGEST = 1_000;

  private static final int MOST_REFUSALS = 500;

  private static final Pattern SMTP_ERROR = Pattern.compile("[45]\\d\\d( .*)?");
  private static final Pattern IMAP_ERROR = Pattern.compile("[^ *+]+ (NO|BAD)( .*)?");
  private static final Pattern POP3_ERROR = Pattern.compile("-ERR( .*)?");

  private final Map<String, Conversation> sessions = new LinkedHashMap<>();
  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();

  /** How many refusals there were, those that are not kept any more as well. */
  private int refused;

  @Override
  public synchronized void begun(String session, InetSocketAddress local, InetSocketAddress peer) {
    sessions.put(session, new Conversation());
  }

  @Override
  public synchronized void heard(String session, boolean byPeer, byte[] octets) {
    Conversation conversation = sessions.get(session);
    if (conversation != null) {
      conversation.take(byPeer ? conversation.client : conversation.server, octets);
    }
  }

  @Override
  public synchronized void ended(String session) {
    Conversation conversation = sessions.get(session);
    if (conversation != null) {
      conversation.ended = true;
    }
    long over = sessions.values().stream().filter(one -> one.ended).count();
    Iterator<Conversation> all = sessions.values().iterator();
    while (over > MOST_ENDED && all.hasNext()) {
      if (all.next().ended) {
        all.remove();
        over--;
      }
    }
  }

  /** How many refusals there have been. */
  synchronized int refused() {
    return refused;
  }

  /** Those that came behind the first {@code mark}, as far as they are kept. */
  synchronized List<Refusal> refusals(int mark) {
    List<Refusal> all = new ArrayList<>(refusals);
    int gone = refused - all.size();
    return List.copyOf(all.subList(Math.min(all.size(), Math.max(0, mark - gone)), all.size()));
  }

  /** The session in which the server has said {@code text}; empty when it is not kept any more. */
  synchronized Optional<String> saying(String text) {
    String found = null;
    for (Conversation one : sessions.values()) {
      found = one.hasSaid(text) ? one.toString() : found;
    }
    return Optional.ofNullable(found);
  }

  /** One side of a conversation, up to the end of its last line. */
  private static final class Side {
    private final String mark;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Side(String mark) {
      this.mark = mark;
    }
  }

  /** One session's, with {@code C:} and {@code S:} in front of each line. */
  private final class Conversation {
    private final Side client = new Side("C: ");
    private final Side server = new Side("S: ");
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private Pattern error = SMTP_ERROR;
    private boolean greeted;
    private String command = "";
    private boolean ended;

    void take(Side side, byte[] octets) {
      for (byte octet : octets) {
        if (octet == '\n') {
          String line = side.line.toString(UTF_8);
          side.line.reset();
          said(side, line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        } else if (side.line.size() < LONGEST) {
          side.line.write(octet);
        }
      }
    }

    private void said(Side side, String line) {
      if (lines.size() == MOST_LINES) {
        lines.removeFirst();
      }
      lines.add(side.mark + line);
      if (side == client) {
        command = line;
        return;
      }
      if (!greeted) {
        greeted = true;
        error = line.startsWith("* ") ? IMAP_ERROR : line.startsWith("+") ? POP3_ERROR : SMTP_ERROR;
      }
      if (error.matcher(line).matches()) {
        refused++;
        refusals.add(new Refusal(command, line));
        if (refusals.size() > MOST_REFUSALS) {
          refusals.removeFirst();
        }
      }
    }

    boolean hasSaid(String text) {
      return lines.stream().anyMatch(line -> line.startsWith(server.mark) && line.contains(text));
    }

    @Override
    public String toString() {
      return String.join("\n", lines);
    }
  }
}
