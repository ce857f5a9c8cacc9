package org.postroom.core.flow;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What users have said in their files, as long as an expansion has it in hand: a file that has not
 * changed meanwhile is in memory once, however many recipients of however many mails go by it, and
 * what one user's files take has a bound. Threads share it.
 */
final class SharedReadings {
  /** So many octets may the files of one user take, and so many does each take at least. */
  private static final int MOST = 4 << 20;

  private static final int LEAST = 8 << 10;

  /** About so many octets does an item take beside its characters. */
  private static final int ITEM = 64;

  private final Map<String, Map<Stamp, Shared>> byUser = new HashMap<>();

  /** What a file was when it was read. */
  record Stamp(Path path, String key, long size, FileTime modified) {

    static Stamp of(Path path, BasicFileAttributes file) {
      return new Stamp(path, String.valueOf(file.fileKey()), file.size(), file.lastModifiedTime());
    }
  }

  private record Shared(WeakReference<HomeFile.Reading.Said> said, long weight) {}

  /** What a file says that is as it was when it was read; null where nobody has that any more. */
  synchronized HomeFile.Reading.@Nullable Said find(String user, Stamp stamp) {
    Map<Stamp, Shared> his = byUser.get(user);
    Shared shared = his == null ? null : his.get(stamp);
    return shared == null ? null : shared.said().get();
  }

  /** What has been read; that it cannot be had now, where what he says takes too much already. */
  synchronized HomeFile.Reading share(String user, Stamp stamp, HomeFile.Reading.Said said) {
    HomeFile.Reading.Said before = find(user, stamp);
    if (before != null) {
      return before; // two have read it at a time
    }
    Map<Stamp, Shared> his = byUser.computeIfAbsent(user, name -> new HashMap<>());
    long all = weight(said);
    for (Iterator<Shared> each = his.values().iterator(); each.hasNext(); ) {
      Shared shared = each.next();
      if (shared.said().get() == null) {
        each.remove();
      } else {
        all += shared.weight();
      }
    }
    if (all > MOST) {
      return new HomeFile.Reading.Failed("is one of more files of " + user + " than can be kept");
    }
    his.put(stamp, new Shared(new WeakReference<>(said), weight(said)));
    return said;
  }

  private static long weight(HomeFile.Reading.Said said) {
    long weight = 0;
    for (String item : said.items()) {
      weight += ITEM + item.length();
    }
    return Math.max(LEAST, weight);
  }
}
