package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket in the file system at which a server listens. It is bound in a folder that is ours alone
 * (rights are given by name, and whoever may write beside it could put a link there), and comes to
 * its place with all the rights it is to have, in the place of what a server has left that did not
 * end well. A socket at which somebody listens, and what is no socket, stay as they are. It is
 * taken away by who has made it, unless another one has taken its place by then.
 */
public final class SocketFile {
  private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

  /** The system's limit is 104 octets or a few more, the end's zero included. */
  private static final int MAX_PATH = 100;

  /** stat(2). */
  private static final int FILE_TYPE = 0xF000;

  private static final int SOCKET = 0xC000;

  private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;

  /** In a folder of its own. */
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
    Path first = first(path);
    Files.createDirectory(folder(first), OURS_ALONE);
    return new SocketFile(path, first);
  }

  private static Path first(Path path) {
    String name = "." + Integer.toHexString(ThreadLocalRandom.current().nextInt() | 0x1000_0000);
    return path.resolveSibling(name).resolve("s");
  }

  private static Path folder(Path first) {
    return Objects.requireNonNull(first.getParent());
  }

  /**
   * Refuses a place that cannot be had; changes nothing.
   *
   * @throws IOException with why
   */
  public static void check(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    int octets = Math.max(octets(path), octets(first(path)));
    if (octets > MAX_PATH) {
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

  private static int octets(Path path) {
    return path.toString().getBytes(UTF_8).length;
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
   * @throws IOException when it cannot have these rights or this place, which another server may
   *     have taken in the meantime; then it is gone
   */
  public void putInPlace(SocketRights rights) throws IOException {
    try {
      rights.to(first);
      key = key(first);
      if (Files.exists(path, NOFOLLOW_LINKS)) {
        takeAwayDead();
      }
      Files.createLink(path, first); // unlike a move, never in the place of another one
    } catch (FileAlreadyExistsException e) {
      throw new IOException("another server has come first", e);
    } finally {
      abandon();
    }
  }

  /** Asks once more where nobody else can put one under its name: two may have found one dead. */
  private void takeAwayDead() throws IOException {
    checkDead(path);
    Path aside = aside();
    Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
    try {
      checkDead(aside);
    } catch (IOException alive) {
      Files.createLink(path, aside);
      throw alive;
    }
  }

  private Path aside() {
    return first.resolveSibling("o");
  }

  /** It does not come to its place: nothing is left of it. */
  public void abandon() {
    try {
      Files.deleteIfExists(first);
      Files.deleteIfExists(aside());
      Files.deleteIfExists(folder(first));
    } catch (IOException e) {
      LOG.debug("{}: {}", first, e.toString());
    }
  }

  /**
   * Gives it other rights, away from its place for a moment, where nobody can put another one under
   * its name; where that cannot be, the log says so. What is not ours there stays as it is.
   */
  void change(SocketRights rights) {
    try {
      Files.createDirectory(folder(first), OURS_ALONE);
      try {
        Files.move(path, first, StandardCopyOption.ATOMIC_MOVE);
        try {
          if (!Objects.equals(key, key(first))) {
            throw new IOException("another one has taken its place");
          }
          rights.asIfNew(folder(first)).to(first);
        } finally {
          Files.move(first, path, StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        abandon();
      }
    } catch (IOException e) {
      LOG.warn("{}: owner and mode could not be changed: {}", path, e.toString());
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
  }

  /**
   * Takes it away. To be done while it is still listened at: as soon as nobody listens any more,
   * another server may put its own in this place.
   */
  public void remove() {
    try {
      Object there = key(path);
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
