package org.postroom.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.postroom.dist.applet.Postroom;

/**
 * A server and, in the same JVM, something that takes all memory once a file {@code hog} lies
 * beside the configuration.
 */
final class ServesBesideAHog {
  private ServesBesideAHog() {}

  public static void main(String[] arguments) {
    Path signal = Path.of(arguments[2]).resolveSibling("hog");
    Thread hog = new Thread(() -> takeAll(signal), "hog");
    hog.setDaemon(true);
    hog.start();
    Postroom.main(arguments);
  }

  @SuppressWarnings("ModifiedButNotUsed") // what is held is held from others
  private static void takeAll(Path signal) {
    while (!Files.exists(signal)) {
      LockSupport.parkNanos(20_000_000);
    }
    List<byte[]> taken = new ArrayList<>();
    int size = 1 << 20;
    while (true) {
      try {
        taken.add(new byte[size]);
      } catch (OutOfMemoryError full) {
        // Down to the last octets, so that whoever needs memory next finds none.
        if (size == 16) {
          throw full;
        }
        size /= 2;
      }
    }
  }
}
