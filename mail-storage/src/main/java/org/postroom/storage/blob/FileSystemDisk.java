package org.postroom.storage.blob;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The disk of the operating system. */
final class FileSystemDisk implements Disk {

  @Override
  public DiskFile open(Path file) throws IOException {
    boolean isNew = !Files.exists(file);
    FileChannel channel = OwnersOnly.open(file, READ, WRITE, CREATE);
    if (isNew) {
      syncFolder(file);
    }
    return new OpenFile(file, channel);
  }

  @Override
  public boolean exists(Path file) throws IOException {
    try {
      BasicFileAttributes unused = Files.readAttributes(file, BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    syncFolder(file);
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    Path missing = folder.toAbsolutePath();
    List<Path> made = new ArrayList<>();
    while (missing != null && !Files.isDirectory(missing)) {
      made.add(missing);
      missing = missing.getParent();
    }
    if (!made.isEmpty()) {
      OwnersOnly.createFolders(folder);
      for (Path one : made) {
        syncFolder(one);
      }
    }
  }

  @Override
  public void replace(Path file, byte[] bytes) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel = OwnersOnly.open(draft, WRITE, CREATE, TRUNCATE_EXISTING)) {
      new OpenFile(draft, channel).write(ByteBuffer.wrap(bytes), 0);
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(file);
  }

  @Override
  public long usableBytes(Path folder) throws IOException {
    // Not Files.getFileStore, which looks for a mount point and finds none in a chroot.
    long usable = folder.toFile().getUsableSpace();
    if (usable == 0) {
      // It may also mean that the folder cannot be asked: then this says why.
      Files.readAttributes(folder, BasicFileAttributes.class);
    }
    return usable;
  }

  /** Makes the names in the file's folder durable. */
  private static void syncFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; // Windows cannot open a folder and journals names itself
    }
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /**
   * An open file that outlives interrupts. A thread that is interrupted while it works with a
   * {@link FileChannel} closes the channel for everybody (an application may cancel a task that
   * reads a mailbox at any time); here the file is opened again and the operation repeated, which
   * is safe as each names its position, and a sync covers whatever was written to the file before.
   */
  private static final class OpenFile implements DiskFile {
    private final Path file;
    private volatile FileChannel channel;
    private volatile boolean closed;

    private OpenFile(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    /** What is done with the channel; may be done again from the beginning. */
    private interface Operation<T> {
      T with(FileChannel channel) throws IOException;
    }

    private <T> T lasting(Operation<T> operation) throws IOException {
      boolean interrupted = false;
      try {
        while (true) {
          FileChannel current = channel;
          try {
            return operation.with(current);
          } catch (ClosedChannelException e) {
            interrupted |= Thread.interrupted();
            replace(current, e);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private synchronized void replace(FileChannel broken, ClosedChannelException why)
        throws IOException {
      if (closed) {
        throw why;
      }
      if (channel == broken) {
        channel = FileChannel.open(file, READ, WRITE);
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int begin = target.position();
      return lasting(
          current -> {
            target.position(begin);
            while (target.hasRemaining()) {
              if (current.read(target, position + target.position() - begin) < 0) {
                break;
              }
            }
            return target.position() - begin;
          });
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      int begin = source.position();
      try {
        lasting(
            current -> {
              source.position(begin);
              while (source.hasRemaining()) {
                int unused = current.write(source, position + source.position() - begin);
              }
              return source;
            });
      } catch (IOException e) {
        throw isFull(e) ? new DiskFull(String.valueOf(e.getMessage()), e) : e;
      }
    }

    private static boolean isFull(IOException e) {
      String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      return why.contains("no space")
          || why.contains("quota exceeded")
          || why.contains("disk full")
          || why.contains("not enough space");
    }

    @Override
    public void sync() throws IOException {
      lasting(
          current -> {
            current.force(false);
            return current;
          });
    }

    @Override
    public long size() throws IOException {
      return lasting(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
      lasting(current -> current.truncate(size));
    }

    @Override
    public synchronized void close() throws IOException {
      closed = true;
      channel.close();
    }
  }
}
