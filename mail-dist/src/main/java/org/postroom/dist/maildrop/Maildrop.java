package org.postroom.dist.maildrop;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.SubmitOperation.Mail;

/**
 * The folder where programs leave mail that no server takes now, each in a file that is there whole
 * or not at all, and from which the server takes it up.
 *
 * <p>Whoever may write into the folder may leave mail. Nobody but its owner may list it: files have
 * names that cannot be guessed, and can be read by who knows them, so that the server need not be
 * root. Where others than the owner may write, the folder is sticky, so that nobody removes what is
 * another's. In it are two folders of the server alone: {@code taking}, where a mail lies while it
 * is taken up and nobody else can put something into its place, and {@code corrupt}, for what is no
 * mail.
 */
public final class Maildrop {
  private static final String TAKING = "taking";
  private static final String CORRUPT = "corrupt";
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final int STICKY = 01000;

  /** Belongs to whom this process does, where the system has it. */
  private static final Path SELF = Path.of("/proc/self");

  private final Path folder;
  private final Path taking;

  /** Nothing is looked at yet. */
  public Maildrop(Path folder) {
    this.folder = folder;
    this.taking = folder.resolve(TAKING);
  }

  /**
   * A name that nobody can guess; later ones stand behind earlier ones.
   *
   * @param random that of secrets
   */
  public static String newName(Instant now, RandomGenerator random) {
    return String.format(
        Locale.ROOT, "%011X%08X%016X", now.toEpochMilli(), random.nextInt(), random.nextLong());
  }

  /** Whether it may be the name of a mail. */
  public static boolean isName(String word) {
    return word.matches("[0-9A-F]{35}");
  }

  /**
   * Leaves a mail. When this returns, it is there, whatever happens to the machine; when it throws,
   * it is not.
   *
   * @param name a new one
   * @param content to its end; not closed
   * @param free octets that must stay free on the disk
   */
  public void leave(String name, Mail mail, InputStream content, long free) throws IOException {
    if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(
          folder.toString(), null, "is not there: the server makes it when it starts");
    }
    // Not by Files.getFileStore, which looks for a mount point and finds none in a chroot. 0 may
    // mean that nobody can say it; where it means that nothing is free, writing says so.
    long usable = folder.toFile().getUsableSpace();
    if (usable != 0 && usable < free) {
      throw new IOException(folder + ": fewer than " + free + " octets are free (queue_minfree)");
    }
    Path file = folder.resolve("." + name);
    Path whole = folder.resolve(name);
    boolean there = false;
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (isPosix()) {
        Files.setPosixFilePermissions(file, READABLE); // whatever umask says
      }
      LeftMail.write(out, Files.getOwner(file, NOFOLLOW_LINKS).getName(), mail, content);
      out.force(true);
      Files.move(file, whole, StandardCopyOption.ATOMIC_MOVE);
      there = true;
      sync(out);
    } catch (IOException | RuntimeException e) {
      boolean unused = Files.deleteIfExists(file);
      if (!there || Files.deleteIfExists(whole)) {
        throw e;
      }
      // Else the server has taken it already.
    }
  }

  /**
   * Who may write into the folder and not list it cannot open it to sync it. The file was given
   * another name since it was synced: file systems with a journal write that down with it.
   *
   * @param file still open: the server may have given it a third name by now
   */
  private void sync(FileChannel file) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (AccessDeniedException e) {
      file.force(true);
    }
  }

  // --- what the server does

  /**
   * Makes what is missing of it, for this user alone.
   *
   * @return what is wrong with it, so that mail in it is not safe; nothing is taken then
   */
  public Optional<String> open() throws IOException {
    for (Path one : List.of(folder, taking, folder.resolve(CORRUPT))) {
      if (!Files.exists(one, NOFOLLOW_LINKS)) {
        if (isPosix()) {
          Files.createDirectory(one, PosixFilePermissions.asFileAttribute(OWNER));
        } else {
          Files.createDirectory(one);
        }
      }
      if (!Files.isDirectory(one, NOFOLLOW_LINKS)) {
        return Optional.of(one + " is no folder");
      }
      Optional<String> fault = isPosix() ? fault(one) : Optional.empty();
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private Optional<String> fault(Path one) throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(one, PosixFileAttributes.class, NOFOLLOW_LINKS);
    if (Files.exists(SELF) && !found.owner().equals(Files.getOwner(SELF))) {
      return Optional.of(
          one
              + " belongs to "
              + found.owner().getName()
              + ": chown "
              + Files.getOwner(SELF).getName()
              + " "
              + one);
    }
    Set<PosixFilePermission> mode = found.permissions();
    if (!one.equals(folder)) {
      return mode.equals(OWNER)
          ? Optional.empty()
          : Optional.of(one + " is open to other users: chmod 0700 " + one);
    }
    if (mode.contains(PosixFilePermission.GROUP_READ)
        || mode.contains(PosixFilePermission.OTHERS_READ)) {
      return Optional.of(one + " can be listed by other users: chmod go-r " + one);
    }
    boolean shared =
        mode.contains(PosixFilePermission.GROUP_WRITE)
            || mode.contains(PosixFilePermission.OTHERS_WRITE);
    return shared && !isSticky(one)
        ? Optional.of(one + " lets users remove what is another's: chmod +t " + one)
        : Optional.empty();
  }

  private static boolean isSticky(Path one) throws IOException {
    return !one.getFileSystem().supportedFileAttributeViews().contains("unix")
        || Files.getAttribute(one, "unix:mode", NOFOLLOW_LINKS) instanceof Integer mode
            && (mode & STICKY) != 0;
  }

  private boolean isPosix() {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Mails that lie here, by name.
   *
   * @param after where a page begins: behind that name
   * @param most how many
   */
  public List<String> names(String after, int most) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (Path one : List.of(taking, folder)) {
      if (!Files.isDirectory(one, NOFOLLOW_LINKS)) {
        continue;
      }
      try (DirectoryStream<Path> found = Files.newDirectoryStream(one)) {
        for (Path path : found) {
          String name = String.valueOf(path.getFileName());
          if (name.compareTo(after) > 0
              && !name.startsWith(".")
              && !isOwn(name)
              && isCalled(path, name)) {
            names.add(name);
            if (names.size() > most) {
              String unused = names.pollLast();
            }
          }
        }
      }
    }
    return List.copyOf(names);
  }

  /** Not so for a name that is no text here; nobody can ask for it by that, and it is no mail's. */
  private static boolean isCalled(Path path, String name) {
    try {
      return path.resolveSibling(name).equals(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isOwn(String name) {
    return name.equals(TAKING) || name.equals(CORRUPT);
  }

  /**
   * What lies here, oldest first; without what is no mail.
   *
   * @param from how many of them are passed over
   * @param most how many
   */
  public List<DroppedMail> list(long from, int most) throws IOException {
    List<DroppedMail> mails = new ArrayList<>();
    List<String> names = names("", Math.toIntExact(from + most));
    for (String name : names.subList((int) Math.min(from, names.size()), names.size())) {
      try {
        Optional<LeftMail> found = look(name);
        if (found.isPresent()) {
          try (LeftMail mail = found.get()) {
            mails.add(mail.shown());
          }
        }
      } catch (BrokenMail e) {
        // The server puts it aside, and says so.
      }
    }
    return mails;
  }

  /**
   * Opens a mail to show it: where nobody can put something else into its place while that is done,
   * like a pipe that never answers. The server finds it there.
   */
  private Optional<LeftMail> look(String name) throws IOException, BrokenMail {
    if (!isName(name) || !isPrivate()) {
      return Optional.empty();
    }
    try {
      return take(name);
    } catch (NoSuchFileException e) { // the server is done with it
      return Optional.empty();
    }
  }

  /** Whoever may write into the folder could have made one of his own before the server did. */
  private boolean isPrivate() throws IOException {
    return Files.isDirectory(taking, NOFOLLOW_LINKS)
        && Files.getOwner(taking, NOFOLLOW_LINKS).equals(Files.getOwner(folder, NOFOLLOW_LINKS));
  }

  /**
   * Opens a mail to take it up: from now on nobody but this user changes which file has its name.
   * One of that name that is taken up already comes first, and is not lost.
   *
   * @throws BrokenMail when it is none
   */
  public Optional<LeftMail> take(String name) throws IOException, BrokenMail {
    Path own = taking.resolve(name);
    if (Files.notExists(own, NOFOLLOW_LINKS)) {
      try {
        Files.move(folder.resolve(name), own, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        if (!Files.exists(own, NOFOLLOW_LINKS)) {
          return Optional.empty();
        }
      }
    }
    if (!isName(name)) {
      throw new BrokenMail("it is not called as a mail here is");
    }
    return Optional.of(LeftMail.open(own));
  }

  /** A mail that was taken up is the server's. */
  public void remove(String name) throws IOException {
    boolean unused = Files.deleteIfExists(taking.resolve(name));
  }

  /** Puts aside what is no mail, for the administrator; gives where it is. */
  public Path setAside(String name) throws IOException {
    Path aside = folder.resolve(CORRUPT).resolve(name);
    Files.move(taking.resolve(name), aside, StandardCopyOption.ATOMIC_MOVE);
    return aside;
  }

  /** Removes what was begun before {@code end} and never finished. */
  public void clear(Instant end) throws IOException {
    List<Path> old = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, ".*")) {
      for (Path path : found) {
        if (Files.isRegularFile(path, NOFOLLOW_LINKS)
            && Files.getLastModifiedTime(path, NOFOLLOW_LINKS).toInstant().isBefore(end)) {
          old.add(path);
        }
      }
    }
    for (Path path : old) {
      boolean unused = Files.deleteIfExists(path);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
