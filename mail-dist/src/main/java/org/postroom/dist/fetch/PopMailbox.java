package org.postroom.dist.fetch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.postroom.dist.remote.PopTalk;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * What POP3 shows of an account. Messages go by their unique ids (UIDL), without which nobody would
 * know which ones were fetched.
 */
final class PopMailbox implements RemoteMailbox {
  private static final Pattern PAIR = Pattern.compile("(\\d{1,9}) +(\\S{1,70})\\s*");
  private static final Pattern NAME = Pattern.compile("[!-~]{1,70}");

  private final PopTalk talk;
  private final Staging staging;
  private final long largest;
  private final FetchLog log;

  /**
   * One that somebody has logged in to.
   *
   * @param largest octets that a message may have
   */
  PopMailbox(PopTalk talk, Staging staging, long largest, FetchLog log) {
    this.talk = talk;
    this.staging = staging;
    this.largest = largest;
    this.log = log;
  }

  @Override
  public List<Entry> list() throws IOException, RemoteRefusal {
    Map<Integer, String> sizes = pairs("LIST");
    Map<Integer, String> names = pairs("UIDL");
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    names.values().stream().filter(one -> !seen.add(one)).forEach(twice::add);
    Map<String, Integer> strange = new HashMap<>();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<Integer, String> one : names.entrySet()) {
      String size = sizes.getOrDefault(one.getKey(), "");
      String name = one.getValue();
      if (!size.matches("\\d{1,18}") || !NAME.matcher(name).matches() || twice.contains(name)) {
        // Which of two is which nobody could tell after one of them is gone.
        strange.merge(name, 1, Integer::sum);
      } else {
        entries.add(new Entry(name, one.getKey(), Long.parseLong(size)));
      }
    }
    if (!strange.isEmpty()) {
      log.passedOver(
          strange.values().stream().mapToInt(Integer::intValue).sum()
              + " messages whose unique ids are none, or are those of others, too");
    }
    return entries;
  }

  private Map<Integer, String> pairs(String command) throws IOException, RemoteRefusal {
    Map<Integer, String> pairs = new LinkedHashMap<>();
    talk.list(
        command,
        MOST,
        line -> {
          Matcher pair = PAIR.matcher(line);
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
  public void delete(Entry message) throws IOException, RemoteRefusal {
    talk.command("DELE " + message.number());
  }

  /** RFC 1939, 6: what was deleted is removed now, and not before. */
  @Override
  public void end() throws IOException, RemoteRefusal {
    talk.command("QUIT");
  }
}
