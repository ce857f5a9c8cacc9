package org.postroom.dist.applet;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import org.postroom.dist.assembly.AskedServer;

/**
 * Who has called a command by a process for it.
 *
 * @param in standard input
 * @param out standard output: a message has octets, which a writer's charset might change
 */
record OwnProcess(InputStream in, OutputStream out) implements Caller {

  OwnProcess() {
    this(System.in, new FileOutputStream(FileDescriptor.out));
  }

  @Override
  public String user() {
    return System.getProperty("user.name");
  }

  @Override
  public Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name));
  }

  @Override
  public ZoneId zone() {
    return ZoneId.systemDefault();
  }

  @Override
  public void needsOwnProcess() {
    // Here it is.
  }

  @Override
  public void readsFiles(Path configuration) {
    // With the rights of this process.
  }

  @Override
  public Optional<AskedServer> visited(Path configuration) {
    return Optional.empty();
  }
}
