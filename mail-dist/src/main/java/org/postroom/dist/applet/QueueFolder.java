package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.mqueue.BadQueueFile;
import org.postroom.dist.applet.mqueue.QueuePair;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.QueueMoves;
import org.postroom.dist.operation.QueueMoves.Brought;
import org.postroom.dist.operation.QueueMoves.Exported;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.Named;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;
import org.postroom.dist.operation.QueueOperations.Where;

/**
 * Mails in files, two each: {@code ID.json} says what {@code postroom queue show --json} says, and
 * {@code ID.eml} are its octets. Where there is the first, both are whole and on the disk. What
 * sendmail has in its queue is read as well ({@link QueuePair}).
 */
final class QueueFolder {
  private static final String KNOWN = ".json";
  private static final String OCTETS = ".eml";
  private static final String IMPORTED = ".imported";
  private static final String UNFINISHED = ".tmp";

  private final Path folder;

  QueueFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes parked mail, and then has it deleted where that is wanted.
   *
   * @return how many mails
   */
  int export(DescribedServer server, boolean delete, PrintWriter out) {
    Set<String> ids = new LinkedHashSet<>();
    server.ask(
        QueueOperations.LIST,
        Asked.ALL,
        page -> {
          page.mails().stream().filter(QueueFolder::hasParked).forEach(mail -> ids.add(mail.id()));
          return Asked.ALL.behind(page);
        });
    int mails = 0;
    try {
      make();
      for (String id : ids) {
        Optional<WaitingMail> mail = whole(server, id);
        if (mail.isPresent()) {
          write(server, mail.get());
          out.println("exported " + id);
          mails++;
          if (delete) {
            List<String> addresses =
                mail.get().recipients().stream().map(WaitingRecipient::address).toList();
            QueueMoves.Deleted unused =
                server.ask(QueueMoves.DELETE_EXPORTED, new Exported(id, addresses));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the mail cannot be written: " + e, e);
    }
    return mails;
  }

  private static boolean hasParked(WaitingMail mail) {
    return mail.recipients().stream().anyMatch(one -> one.state().equals("parked"));
  }

  /** A mail with its parked recipients; empty where there are none by now. */
  private static Optional<WaitingMail> whole(DescribedServer server, String id) {
    List<WaitingMail> parts = new ArrayList<>();
    Named first = new Named(id, Optional.empty());
    try {
      server.ask(
          QueueMoves.EXPORT,
          first,
          page -> {
            parts.addAll(page.mails());
            return first.behind(page);
          });
    } catch (OperationRefused e) {
      return Optional.empty(); // it has left meanwhile
    }
    List<WaitingRecipient> recipients =
        parts.stream().flatMap(part -> part.recipients().stream()).toList();
    return parts.isEmpty() ? Optional.empty() : Optional.of(parts.get(0).to(recipients));
  }

  private void make() throws IOException {
    if (!Files.isDirectory(folder)) {
      Path unused =
          Files.createDirectories(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private void write(DescribedServer server, WaitingMail mail) throws IOException {
    Path known = folder.resolve(mail.id() + KNOWN);
    if (Files.exists(known)) {
      throw new FileAlreadyExistsException(known.toString());
    }
    Path octets = folder.resolve(mail.id() + OCTETS);
    Files.deleteIfExists(octets); // without the other it is half of one
    try (FileChannel file = open(octets)) {
      Where first = new Where(mail.id(), 0);
      List<IOException> troubles = new ArrayList<>();
      Where[] at = {first};
      server.ask(
          QueueOperations.READ,
          first,
          piece -> {
            try {
              writeFully(file, piece.octets());
            } catch (IOException e) {
              troubles.add(e);
              return Optional.empty();
            }
            Optional<Where> next = at[0].behind(piece);
            next.ifPresent(where -> at[0] = where);
            return next;
          });
      if (!troubles.isEmpty()) {
        throw troubles.get(0);
      }
      file.force(true);
    }
    Path unfinished = folder.resolve(mail.id() + KNOWN + UNFINISHED);
    Files.deleteIfExists(unfinished);
    Map<String, @Nullable Object> json = new LinkedHashMap<>(Records.toJson(mail));
    try (FileChannel file = open(unfinished)) {
      writeFully(file, (Json.text(json) + "\n").getBytes(UTF_8));
      file.force(true);
    }
    Path unused = Files.move(unfinished, known, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static void writeFully(FileChannel file, byte[] octets) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(octets);
    while (left.hasRemaining()) {
      int unused = file.write(left);
    }
  }

  /**
   * Has mail taken in, one after the other.
   *
   * @param faults what could not be, and why
   * @return how many mails
   */
  int bring(DescribedServer server, List<String> faults, PrintWriter out) {
    int mails = 0;
    try {
      for (Path known : files()) {
        try (Bringing bringing = QueuePair.isOne(known) ? pair(known) : exported(known)) {
          if (server.ask(QueueMoves.IMPORT, bringing.mail()).taken()) {
            Path unused = Files.move(known, folder.resolve(known.getFileName() + IMPORTED));
            out.println("imported " + bringing.mail().mail().id());
            mails++;
          } else {
            faults.add(known + ": a mail of that id is in the queue");
          }
        } catch (Json.Malformed e) {
          faults.add(known + ": " + e.getMessage());
        } catch (BadQueueFile e) {
          faults.add(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
          faults.add(known + ": there is no " + id(known) + OCTETS);
        } catch (OperationRefused e) {
          if (e.kind() != OperationRefused.Kind.REQUEST) {
            throw e;
          }
          faults.add(known + ": " + e.getMessage());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder cannot be read: " + e, e);
    }
    return mails;
  }

  /** A mail that is to be taken in, with its octets open. */
  private record Bringing(Brought mail) implements Closeable {
    @Override
    public void close() throws IOException {
      mail.content().close();
    }
  }

  private Bringing exported(Path known) throws IOException, Json.Malformed {
    WaitingMail mail = Records.of(WaitingMail.class, Json.read(Files.readAllBytes(known)));
    return new Bringing(
        new Brought(
            mail,
            Files.newInputStream(folder.resolve(id(known) + OCTETS), StandardOpenOption.READ)));
  }

  private static Bringing pair(Path control) throws IOException, BadQueueFile {
    QueuePair pair = QueuePair.of(control);
    return new Bringing(new Brought(pair.mail(), pair.content()));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(KNOWN) || QueuePair.isOne(file))
          .sorted()
          .toList();
    }
  }

  private static String id(Path known) {
    String name = String.valueOf(known.getFileName());
    return name.substring(0, name.length() - KNOWN.length());
  }
}
