package org.postroom.dist.applet.edit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A text file that a command changes in place. Whoever reads it sees the old text or the new one,
 * never a part: the new one is written beside it, synced, given the old one's mode and owner, and
 * renamed. A link stays one; what it leads to is changed. Two commands take turns, by a file beside
 * it ({@code .NAME.lock}); what an editor writes meanwhile is seen before the rename, and the
 * change is made to that text. A file that cannot be written, or whose owner cannot be kept, is
 * left as it is.
 *
 * <p>Texts are handed over with each octet as one character (ISO-8859-1), so that nothing in them
 * is lost, whatever it is. Files have 32 MB at most.
 */
public final class EditedFile {
  private static final long LARGEST = 32L * 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration DEAD = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final int MOST_TRIES = 20;
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path path;
  private final Clock clock;
  private final Duration patience;

  /**
   * A file.
   *
   * @param clock says whether a lock has been left behind
   */
  public EditedFile(Path path, Clock clock) {
    this(path, clock, PATIENCE);
  }

  EditedFile(Path path, Clock clock, Duration patience) {
    this.path = path;
    this.clock = clock;
    this.patience = patience;
  }

  /** A word of the command line, or of standard input, as these texts have it. */
  public static String octets(String word) {
    return new String(word.getBytes(UTF_8), ISO_8859_1);
  }

  /**
   * The text as it is now.
   *
   * @throws EditRefused when it cannot be read
   */
  public String text() {
    return new String(read(path), ISO_8859_1);
  }

  /**
   * Changes the text; {@code edit} may be asked again, where somebody else has changed it. A text
   * that is as it was is not written.
   *
   * @throws EditRefused when that is not possible; what {@code edit} throws leaves the file as it
   *     was, too
   */
  public void change(UnaryOperator<String> edit) {
    Path target;
    try {
      target = path.toRealPath();
    } catch (IOException e) {
      throw new EditRefused("open " + path + " for reading: " + reason(e));
    }
    if (!Files.isRegularFile(target)) {
      throw new EditRefused("open " + path + " for reading: not a file");
    }
    if (!Files.isWritable(target)) {
      throw new EditRefused("open " + path + " for writing: Permission denied");
    }
    Path lock = target.resolveSibling("." + target.getFileName() + ".lock");
    take(lock);
    try {
      change(target, edit);
    } finally {
      delete(lock);
    }
  }

  private void change(Path target, UnaryOperator<String> edit) {
    for (int i = 0; i < MOST_TRIES; i++) {
      byte[] before = read(target);
      String edited = edit.apply(new String(before, ISO_8859_1));
      if (edited.length() > LARGEST) {
        throw new EditRefused("write " + path + ": more than 32 MB; it is as it was");
      }
      byte[] after = edited.getBytes(ISO_8859_1);
      if (Arrays.equals(before, after) || replaced(target, before, after)) {
        return;
      }
    }
    throw new EditRefused(path + " changes all the time; it is left alone");
  }

  /** False where it has become another one meanwhile. */
  private boolean replaced(Path target, byte[] before, byte[] after) {
    Path draft = null;
    try {
      draft = write(target, after);
      keepOwner(target, draft);
      if (!Arrays.equals(read(target), before)) {
        return false;
      }
      Files.move(
          draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      draft = null;
      return true;
    } catch (IOException e) {
      throw new EditRefused("write " + path + ": " + reason(e) + "; it is as it was");
    } finally {
      if (draft != null) {
        delete(draft);
      }
    }
  }

  /** Into a new file beside another, never by a link that somebody has put in its place. */
  private static Path write(Path target, byte[] text) throws IOException {
    Path draft =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try (FileChannel out = FileChannel.open(draft, NEW_FILE, ownersOnly(target))) {
      ByteBuffer left = ByteBuffer.wrap(text);
      while (left.hasRemaining()) {
        out.write(left);
      }
      out.force(true);
    } catch (FileAlreadyExistsException e) {
      throw e; // it is not ours to delete
    } catch (IOException e) {
      delete(draft);
      throw e;
    }
    return draft;
  }

  private static FileAttribute<?>[] ownersOnly(Path target) {
    return Files.getFileAttributeView(target, PosixFileAttributeView.class) == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNERS)};
  }

  private static void keepOwner(Path target, Path draft) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(draft, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return;
    }
    PosixFileAttributes was = Files.readAttributes(target, PosixFileAttributes.class);
    PosixFileAttributes is = view.readAttributes();
    if (!was.owner().equals(is.owner())) {
      view.setOwner(was.owner());
    }
    if (!was.group().equals(is.group())) {
      view.setGroup(was.group());
    }
    view.setPermissions(was.permissions());
  }

  private void take(Path lock) {
    long end = clock.millis() + patience.toMillis();
    while (true) {
      try {
        Files.createFile(lock);
        return;
      } catch (FileAlreadyExistsException e) {
        if (isLeftBehind(lock)) {
          // Who loses a race for it still finds the other's text before he renames his own.
          delete(lock);
        } else if (clock.millis() >= end) {
          throw new EditRefused(
              path + " is being changed by another command (there is " + lock + ")");
        } else {
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      } catch (IOException e) {
        throw new EditRefused("write " + path + ": " + reason(e) + "; it is as it was");
      }
    }
  }

  private boolean isLeftBehind(Path lock) {
    try {
      return Files.isRegularFile(lock)
          && clock.millis() - Files.getLastModifiedTime(lock).toMillis() > DEAD.toMillis();
    } catch (IOException e) {
      return false; // it is gone, and whoever waits looks again
    }
  }

  private byte[] read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new EditRefused("open " + path + ": more than 32 MB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new EditRefused("open " + path + ": " + reason(e));
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is nobody's any more, and in nobody's way for longer than a minute.
    }
  }

  /** In the words of the C library, which those who read them know. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "No such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "Permission denied";
    }
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : String.valueOf(e.getMessage());
  }
}
