package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the operating system calls this machine. */
final class OsHost {
  private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");

  private OsHost() {}

  /**
   * With a dot in it: a bare name gets {@code .localdomain}. The DNS is asked only as a last
   * resort.
   */
  static String name() {
    String name = read();
    String usable = name.matches("[A-Za-z0-9.-]+") ? name : "localhost";
    return usable.indexOf('.') < 0 ? usable + ".localdomain" : usable;
  }

  private static String read() {
    try {
      return Files.exists(LINUX)
          ? Files.readString(LINUX, US_ASCII).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    } catch (IOException e) {
      return "localhost";
    }
  }
}
