package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that knows which 4 KB blocks were written since the last sync, and can say what
 * a power cut might leave: any of the versions of each such block, also torn at a sector.
 */
final class SimulatedDisk implements Disk {
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  /** Of one block: the first, which was synced, and the last ones. */
  private static final int VERSIONS = 6;

  private final Map<Path, Stored> files = new TreeMap<>();
  private long room = Long.MAX_VALUE;
  private boolean failing;
  private int countdown = -1;
  private long syncs;
  private Runnable onSync = () -> {};
  private String readName = "";
  private Runnable onRead = () -> {};

  /** The disk is full after this many more bytes; what was written once has its room. */
  synchronized void room(long bytes) {
    room = bytes;
  }

  /** The next sync says that it failed, although everything reached the disk. */
  synchronized void failNextSync() {
    failing = true;
  }

  /**
   * The disk after a power cut now, with what was below {@code root} below {@code other}; this one
   * goes on.
   */
  synchronized SimulatedDisk afterPowerCut(Path root, Path other, Random random, double keptShare) {
    SimulatedDisk disk = new SimulatedDisk();
    for (Map.Entry<Path, Stored> entry : files.entrySet()) {
      Stored copy = disk.new Stored();
      copy.become(entry.getValue().image(random, keptShare));
      disk.files.put(other.resolve(root.relativize(entry.getKey())), copy);
    }
    return disk;
  }

  /** Syncs fail, after having brought everything to the disk, once these many have gone well. */
  synchronized void failSyncAfter(int syncs) {
    countdown = syncs;
  }

  /** Has {@code task} run after the next sync, before anybody hears that it is done. */
  synchronized void onNextSync(Runnable task) {
    onSync = task;
  }

  /** Has {@code task} run at the next read of a file of that name, instead of it. */
  synchronized void onNextRead(String name, Runnable task) {
    readName = name;
    onRead = task;
  }

  private synchronized Runnable onRead(Stored file) {
    boolean meant = !readName.isEmpty() && file == named(readName);
    readName = meant ? "" : readName;
    return meant ? onRead : () -> {};
  }

  private @Nullable Stored named(String name) {
    return files.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(name))
        .map(Map.Entry::getValue)
        .findAny()
        .orElse(null);
  }

  /** How often something was synced. */
  synchronized long syncs() {
    return syncs;
  }

  /** Writes into {@code folder} what the disk may hold after a power cut now. */
  synchronized void image(Path root, Path folder, Random random, double keptShare)
      throws IOException {
    OwnersOnly.createFolders(folder);
    for (Map.Entry<Path, Stored> entry : files.entrySet()) {
      Path file = folder.resolve(root.relativize(entry.getKey()));
      Files.createDirectories(file.getParent());
      Files.write(file, entry.getValue().image(random, keptShare));
    }
  }

  @Override
  public synchronized DiskFile open(Path file) {
    return files.computeIfAbsent(file, name -> new Stored());
  }

  @Override
  public synchronized boolean exists(Path file) {
    return files.containsKey(file);
  }

  @Override
  public synchronized void delete(Path file) {
    files.remove(file);
  }

  @Override
  public synchronized List<String> list(Path folder) {
    return files.keySet().stream()
        .filter(file -> file.getParent().equals(folder))
        .map(file -> file.getFileName().toString())
        .toList();
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  @Override
  public synchronized void replace(Path file, byte[] bytes) throws IOException {
    Stored stored = new Stored();
    stored.write(ByteBuffer.wrap(bytes), 0);
    stored.sync();
    files.put(file, stored);
  }

  @Override
  public synchronized long usableBytes(Path folder) {
    return room;
  }

  private final class Stored implements DiskFile {
    private final BitSet written = new BitSet();
    private byte[] live = new byte[BLOCK];
    private long size;
    private long durableSize;
    private final Map<Long, List<byte[]>> unsynced = new HashMap<>();

    @Override
    public int read(ByteBuffer target, long position) {
      onRead(this).run();
      synchronized (SimulatedDisk.this) {
        int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
        if (count > 0) {
          target.put(live, (int) position, count);
        }
        return count;
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        int count = source.remaining();
        if (count == 0) {
          return;
        }
        long end = position + count;
        long fresh = 0;
        for (long block = position / BLOCK; block * BLOCK < end; block++) {
          fresh += written.get((int) block) ? 0 : BLOCK;
        }
        if (room < fresh) {
          throw new DiskFull("no room", new IOException("no room"));
        }
        room = room == Long.MAX_VALUE ? room : room - fresh;
        written.set((int) (position / BLOCK), (int) ((end + BLOCK - 1) / BLOCK));
        if (end > live.length) {
          live =
              Arrays.copyOf(live, (int) Math.max(2L * live.length, (end + BLOCK) / BLOCK * BLOCK));
        }
        for (long block = position / BLOCK; block * BLOCK < end; block++) {
          int at = (int) block * BLOCK;
          unsynced.computeIfAbsent(
              block, b -> new ArrayList<>(List.of(Arrays.copyOfRange(live, at, at + BLOCK))));
        }
        source.get(live, (int) position, count);
        for (long block = position / BLOCK; block * BLOCK < end; block++) {
          int at = (int) block * BLOCK;
          List<byte[]> versions = unsynced.get(block);
          if (versions.size() == VERSIONS) {
            versions.remove(1);
          }
          versions.add(Arrays.copyOfRange(live, at, at + BLOCK));
        }
        size = Math.max(size, end);
      }
    }

    @Override
    public void sync() throws IOException {
      Runnable meanwhile;
      synchronized (SimulatedDisk.this) {
        unsynced.clear();
        durableSize = size;
        syncs++;
        if (failing || countdown == 0) {
          failing = false;
          countdown = -1;
          throw new IOException("the disk says that it failed");
        }
        countdown -= countdown > 0 ? 1 : 0;
        meanwhile = onSync;
        onSync = () -> {};
      }
      meanwhile.run();
    }

    @Override
    public long size() {
      synchronized (SimulatedDisk.this) {
        return size;
      }
    }

    @Override
    public void truncate(long newSize) {
      synchronized (SimulatedDisk.this) {
        if (newSize < size) {
          Arrays.fill(live, (int) newSize, (int) size, (byte) 0);
          size = newSize;
          // Somebody else has the room at once.
          written.clear((int) ((newSize + BLOCK - 1) / BLOCK), written.size());
        }
      }
    }

    @Override
    public void close() {}

    private void become(byte[] content) {
      live = Arrays.copyOf(content, (content.length / BLOCK + 1) * BLOCK);
      size = content.length;
      durableSize = size;
      written.set(0, (content.length + BLOCK - 1) / BLOCK);
    }

    private byte[] image(Random random, double keptShare) {
      byte[] image = Arrays.copyOf(live, (int) Math.max(size, durableSize));
      for (Map.Entry<Long, List<byte[]>> entry : unsynced.entrySet()) {
        List<byte[]> versions = entry.getValue();
        byte[] old = versions.get(random.nextInt(versions.size()));
        byte[] chosen =
            random.nextDouble() < keptShare ? versions.get(versions.size() - 1) : versions.get(0);
        int torn = random.nextInt(8) == 0 ? random.nextInt(BLOCK / SECTOR) * SECTOR : 0;
        int at = (int) (entry.getKey() * BLOCK);
        for (int i = 0; i < BLOCK && at + i < image.length; i++) {
          image[at + i] = i < torn ? old[i] : chosen[i];
        }
      }
      boolean grown = random.nextDouble() < keptShare;
      return Arrays.copyOf(image, (int) (grown ? size : Math.min(size, durableSize)));
    }
  }
}
