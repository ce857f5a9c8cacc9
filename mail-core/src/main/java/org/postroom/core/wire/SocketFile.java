package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket in the file system at which a server listens. It is bound under a name that nobody knows
 * and comes to its place with all the rights it is to have, in the place of what a server has left
 * that did not end well. A socket at which somebody listens, and what is no socket, stay as they
 * are. It is taken away by who has made it, unless another one has taken its place by then.
 */
public final class SocketFile {
  private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

  /** The system's limit is 104 octets or a few more, the end's zero included. */
  private static final int MAX_PATH = 100;

  /** stat(2). */
  private static final int FILE_TYPE = 0xF000;

  private static final int SOCKET = 0xC000;

  private final Path path;
  private final Path first;

  /** The file itself, whatever it is called; null where the system does not tell. */
  private volatile @Nullable Object key;

  private SocketFile(Path path, Path first) {
    this.path = path;
    this.first = first;
  }

  /**
   * One that is to be made.
   *
   * @throws IOException when it cannot be, with why
   */
  public static SocketFile at(Path path) throws IOException {
    check(path);
    String name = "." + Integer.toHexString(ThreadLocalRandom.current().nextInt() | 0x1000_0000);
    return new SocketFile(path, path.resolveSibling(name));
  }

  /**
   * Refuses a place that cannot be had; changes nothing.
   *
   * @throws IOException with why
   */
  public static void check(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (path.toString().getBytes(UTF_8).length > MAX_PATH) {
      throw new IOException("the path of a socket has no more than " + MAX_PATH + " octets");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw new IOException("this user may not make a file in " + folder);
    }
    if (Files.exists(path, NOFOLLOW_LINKS)) {
      checkDead(path);
    }
  }

  private static void checkDead(Path path) throws IOException {
    int mode = (int) Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS);
    if ((mode & FILE_TYPE) != SOCKET) {
      throw new IOException("there is a file that is no socket");
    }
    try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.configureBlocking(false); // a server that is busy may not be waited for
      boolean unused = other.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException nobodyListens) {
      return;
    }
    throw new IOException("another server listens there");
  }

  Path path() {
    return path;
  }

  /** Where it is to be bound, before it is {@linkplain #putInPlace put in its place}. */
  public UnixDomainSocketAddress provisional() {
    return UnixDomainSocketAddress.of(first);
  }

  /**
   * It has been bound, and somebody listens.
   *
   * @throws IOException when it cannot have these rights or this place; then it is gone
   */
  public void putInPlace(SocketRights rights) throws IOException {
    try {
      rights.to(first);
      key = Files.readAttributes(first, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
      Files.move(first, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(first);
      throw e;
    }
  }

  /** Gives it other rights; where that cannot be, it keeps those it has, and the log says so. */
  void change(SocketRights rights) {
    try {
      rights.to(path);
    } catch (IOException e) {
      LOG.warn("{} keeps its owner and mode: {}", path, e.toString());
    }
  }

  /**
   * Takes it away. To be done while it is still listened at: as soon as nobody listens any more,
   * another server may put its own in this place.
   */
  public void remove() {
    try {
      Object there =
          Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
      if (there == null || there.equals(key)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", path, e.toString()); // gone, or not ours to remove
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
