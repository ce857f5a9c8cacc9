package org.postroom.smtp.protocol;

import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.postroom.core.log.MailLog;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.table.MatchList;

/**
 * Writes sessions with some peers into the log, line by line ({@code debug_peer_list}), and shows
 * them to who watches: what is said in commands and replies, but neither content nor what logs
 * somebody in. Threads may share it.
 */
public final class Tracing {
  private static final String CUT = "***";
  private static final String OURS = ">";
  private static final String THEIRS = "<";

  /**
   * What follows the name of a mechanism, whatever stands between them; and our challenges, the
   * last of which has what passwords can be tried on (RFC 5802, 3). Replies that name AUTH, as that
   * to EHLO does, are no secret.
   */
  private static final Pattern SECRET =
      Pattern.compile("(?is)\\A(334|(?!\\d{3}[ -]).*?\\bAUTH\\s+\\S+)\\s+\\S.*");

  private final MatchList peers;
  private final MailLog log;

  private Tracing(MatchList peers, MailLog log) {
    this.peers = peers;
    this.log = log;
  }

  /**
   * That of a service.
   *
   * @param log of the service
   */
  public static Tracing of(Policy policy, MailLog log) {
    return new Tracing(policy.traced(), log);
  }

  /**
   * One with a peer.
   *
   * @param id of the session, as the log has it
   * @param name of the peer that was verified, {@code unknown} as long as there is none; asked for
   *     at each line that is not sure to be traced
   */
  public Trace with(String id, InetAddress address, Supplier<String> name) {
    return new Trace(id, address, name);
  }

  /** A line as others may read it: without what logs somebody in. */
  public static String shown(String line) {
    return SECRET.matcher(line).replaceFirst("$1 " + CUT);
  }

  /** Of one session. Belongs to it. */
  public final class Trace {
    private final String id;
    private final InetAddress address;
    private final Supplier<String> name;
    private boolean isWanted;
    private Optional<Consumer<String>> onlooker = Optional.empty();

    private Trace(String id, InetAddress address, Supplier<String> name) {
      this.id = id;
      this.address = address;
      this.name = name;
    }

    /**
     * Shows the same from now on, line by line as it was said, and what we say behind "{@code >>>
     * }": as sendmail does when it is told to be verbose.
     *
     * @param other who watches; empty for nobody
     */
    public void showTo(Optional<Consumer<String>> other) {
      onlooker = other;
    }

    /** The peer has said a command, or one line of a reply. */
    public void heard(Supplier<String> line) {
      write(THEIRS, line);
    }

    /** We have said a command, or lines of a reply. */
    public void said(Supplier<String> lines) {
      write(OURS, lines);
    }

    /** We have said a line that logs us in: no more of it than the name of a mechanism. */
    public void saidSecret(String line) {
      write(OURS, () -> line.regionMatches(true, 0, "AUTH ", 0, 5) ? line : CUT);
    }

    private void write(String direction, Supplier<String> text) {
      boolean isLogged = isWanted();
      if (!isLogged && onlooker.isEmpty()) {
        return;
      }
      for (String line : text.get().lines().toList()) {
        String shown = shown(line);
        if (isLogged) {
          log.dialogue(id, direction, MailLog.client(name.get(), address), shown);
        }
        onlooker.ifPresent(one -> one.accept(direction.equals(OURS) ? ">>> " + shown : shown));
      }
    }

    /** Who is traced stays so: a name may be known later than an address. */
    private boolean isWanted() {
      if (!isWanted && !peers.isEmpty()) {
        try {
          isWanted = peers.contains(address, name);
        } catch (LookupUnavailable e) {
          return false; // nothing depends on it
        }
      }
      return isWanted;
    }
  }
}
