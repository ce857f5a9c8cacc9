package org.postroom.dist.fetch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.log.FetchLog;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.PopTalk;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * What POP3 shows of an account. Messages go by their unique ids (UIDL), without which nobody would
 * know which ones were fetched.
 */
final class PopMailbox implements RemoteMailbox {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s+(\\d{1,18})(?:\\s.*)?");

  /** RFC 1939, 7 has 70; some say more. */
  private static final Pattern UIDL = Pattern.compile("(\\d{1,9})\\s+(\\S{1,128})\\s*");

  private static final Pattern NAME = Pattern.compile("[!-~]+");

  private final PopTalk talk;
  private final Staging staging;
  private final long largest;
  private final FetchLog log;

  /**
   * Logs a job in.
   *
   * @param largest octets that a message may have
   */
  static PopMailbox open(
      WireLine line, FetchJob job, Secret password, Staging staging, long largest, FetchLog log)
      throws IOException, RemoteRefusal {
    boolean startTls = !line.isSecure() && job.tls() == FetchJob.Tls.REQUIRED;
    PopTalk talk = PopTalk.open(line, startTls, job.credentials(password));
    return new PopMailbox(talk, staging, largest, log);
  }

  private PopMailbox(PopTalk talk, Staging staging, long largest, FetchLog log) {
    this.talk = talk;
    this.staging = staging;
    this.largest = largest;
    this.log = log;
  }

  @Override
  public List<Entry> list() throws IOException, RemoteRefusal {
    Map<Integer, String> sizes = pairs("LIST", SIZE);
    Map<Integer, String> names = pairs("UIDL", UIDL);
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    names.values().stream().filter(one -> !seen.add(one)).forEach(twice::add);
    int strange = (int) names.keySet().stream().filter(one -> !sizes.containsKey(one)).count();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<Integer, String> one : sizes.entrySet()) {
      String name = names.getOrDefault(one.getKey(), "");
      if (!NAME.matcher(name).matches() || twice.contains(name)) {
        strange++; // which of two is which nobody could tell after one of them is gone
      } else {
        entries.add(new Entry(name, one.getKey(), Long.parseLong(one.getValue()), 0));
      }
    }
    if (strange > 0) {
      log.passedOver(strange + " messages whose unique ids are none, or are those of others, too");
    }
    return entries;
  }

  private Map<Integer, String> pairs(String command, Pattern form)
      throws IOException, RemoteRefusal {
    Map<Integer, String> pairs = new LinkedHashMap<>();
    talk.list(
        command,
        MOST,
        line -> {
          Matcher pair = form.matcher(line);
          if (pair.matches()) {
            pairs.put(Integer.parseInt(pair.group(1)), pair.group(2));
          }
        });
    return pairs;
  }

  @Override
  public StagedContent fetch(Entry message) throws IOException, RemoteRefusal {
    try (BoundedSink sink = new BoundedSink(staging, message.size(), largest)) {
      talk.retrieve((int) message.number(), sink::write);
      return sink.finish();
    }
  }

  @Override
  public void markSeen(Entry message) throws RemoteRefusal {
    throw new RemoteRefusal("POP3 knows no flags");
  }

  @Override
  public void delete(Entry message) throws IOException, RemoteRefusal {
    talk.command("DELE " + message.number());
  }

  /** RFC 1939, 6: what was deleted is removed now, and not before. */
  @Override
  public boolean end() throws IOException, RemoteRefusal {
    talk.command("QUIT");
    return true;
  }
}
