package org.postroom.dist.applet;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import org.postroom.dist.assembly.AskedServer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Who has called a command, and from where: a shell that has made a process for it, or somebody for
 * whom the server runs it. A command that may be run there gets from here, and from nowhere else,
 * what it knows of its caller.
 */
interface Caller {

  /** Whose command it is. */
  static Caller of(CommandSpec spec) {
    return CommandTable.of(spec).caller();
  }

  /** As this machine names him. */
  String user();

  /** What he has in his environment. */
  Optional<String> environment(String name);

  /** In which times are shown to him. */
  ZoneId zone();

  /** What he says behind the words. */
  InputStream in();

  /** Where octets go that are no text. */
  OutputStream out();

  /**
   * Nothing in a process of the caller's own. Elsewhere the command ends here, before it has done
   * anything, and is run in such a process: it reads files by names that somebody has said, or
   * takes its time, or says things bit by bit.
   */
  void needsOwnProcess();

  /**
   * The server in which the command runs.
   *
   * @param configuration that of the server that is meant, or its folder
   * @return empty in a process of the caller's own; else this ends as {@link #needsOwnProcess} does
   *     where another server is meant
   */
  Optional<AskedServer> visited(Path configuration);

  /**
   * Nothing in a process of the caller's own. Within a server this ends as {@link #needsOwnProcess}
   * does where another server is meant, or not everything that the server can read is the caller's
   * to see.
   */
  void readsFiles(Path configuration);
}
