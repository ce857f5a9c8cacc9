package org.postroom.dist.program;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Puts mail into files, durably: when it returns, the mail is on disk; when it throws, or the
 * machine fails, there is none of it in a Maildir, and of an mbox it is cut off again, unless the
 * machine failed in the very moment.
 *
 * <p>An mbox is locked as others on the machine lock it, by fcntl(2) and by a file with {@code
 * .lock} behind its name; the latter is done without where nobody may make files beside it.
 *
 * <p>It knows of nothing else here, because it is also a program: as a user who is not the server's
 * own, it runs in a process of its own.
 */
public final class MailFile {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** A lock that is older was left behind. */
  private static final Duration STALE = Duration.ofSeconds(500);

  private static final int TRIES = 50;
  private static final long BETWEEN_TRIES = Duration.ofMillis(100).toNanos();

  private MailFile() {}

  /** Writes a mail. */
  interface Writer {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Puts what it reads into a file.
   *
   * @param args the path, and for a Maildir the name of a new file in it
   * @throws IOException whose reason is said on the error output
   */
  public static void main(String[] args) throws IOException {
    Thread.currentThread()
        .setUncaughtExceptionHandler((thread, fault) -> System.err.println(fault.getMessage()));
    Path path = Path.of(args[0]);
    if (args.length > 1) {
      addTo(path, args[1], System.in::transferTo);
    } else {
      append(path, System.in::transferTo);
    }
  }

  /** What of an exception is of use to people. */
  static String reason(IOException e) {
    return e.getClass() == IOException.class
        ? String.valueOf(e.getMessage())
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  /**
   * Adds a mail to a Maildir, which is made where there is none.
   *
   * @param name that no other file has or had
   */
  static void addTo(Path maildir, String name, Writer mail) throws IOException {
    for (String folder : new String[] {"", "tmp", "new", "cur"}) {
      make(maildir.resolve(folder));
    }
    Path coming = maildir.resolve("tmp").resolve(name);
    try {
      try (FileChannel file =
          FileChannel.open(
              coming, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE)) {
        write(file, mail);
      }
      Files.move(coming, maildir.resolve("new").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(coming);
      throw e;
    }
    sync(maildir.resolve("new"));
  }

  private static void make(Path folder) throws IOException {
    try {
      Path unused = Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
      sync(Objects.requireNonNull(folder.getParent()));
    } catch (FileAlreadyExistsException e) {
      // as it should be
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }

  private static void write(FileChannel file, Writer mail) throws IOException {
    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), 32 * 1024);
    mail.writeTo(out);
    out.flush();
    file.force(true);
  }

  /** Adds a mail to an mbox, which is made where there is none. */
  static void append(Path mbox, Writer mail) throws IOException {
    Path lock = dotLock(mbox);
    try {
      appendLocked(mbox, mail);
    } finally {
      if (lock != null) {
        Files.deleteIfExists(lock);
      }
    }
  }

  private static void appendLocked(Path mbox, Writer mail) throws IOException {
    boolean isNew = Files.notExists(mbox, LinkOption.NOFOLLOW_LINKS);
    if (!isNew && !attributes(mbox).isRegularFile()) {
      throw new IOException(mbox + " is no regular file");
    }
    try (FileChannel file =
        FileChannel.open(
            mbox,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PRIVATE)) {
      Object key = attributes(mbox).fileKey();
      try (FileLock lock = lock(file, mbox)) {
        if (!lock.isValid() || !Objects.equals(key, attributes(mbox).fileKey())) {
          throw new IOException(mbox + " was put in the place of another meanwhile");
        }
        append(file, mail);
      }
    }
    if (isNew) {
      sync(Objects.requireNonNull(mbox.toAbsolutePath().getParent()));
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static void append(FileChannel file, Writer mail) throws IOException {
    long end = file.size();
    try {
      write(file.position(end), mail);
    } catch (IOException | RuntimeException e) {
      file.truncate(end);
      file.force(true);
      throw e;
    }
  }

  private static FileLock lock(FileChannel file, Path mbox) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      try {
        FileLock lock = file.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another attempt of ours has it.
      }
      LockSupport.parkNanos(BETWEEN_TRIES);
    }
    throw new IOException(mbox + " is locked by another program");
  }

  /** Null where nobody may make one. */
  private static @Nullable Path dotLock(Path mbox) throws IOException {
    Path lock = Path.of(mbox + ".lock");
    for (int i = 0; i < TRIES; i++) {
      try {
        return Files.createFile(lock, PRIVATE);
      } catch (FileAlreadyExistsException e) {
        if (isStale(lock)) {
          Files.deleteIfExists(lock);
          continue;
        }
      } catch (AccessDeniedException e) {
        return null;
      }
      LockSupport.parkNanos(BETWEEN_TRIES);
    }
    throw new IOException(lock + " is there: another program is at work");
  }

  private static boolean isStale(Path lock) throws IOException {
    try {
      return attributes(lock).lastModifiedTime().toInstant().isBefore(Instant.now().minus(STALE));
    } catch (NoSuchFileException e) {
      return false; // it has gone
    }
  }
}
