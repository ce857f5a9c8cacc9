package org.postroom.dist.assembly;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** What the operating system calls this machine, and what it gives this process. */
public final class OsHost {
  private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String OPEN_FILES = "Max open files";

  private OsHost() {}

  /**
   * With a dot in it: a bare name gets {@code .localdomain}. The DNS is asked only as a last
   * resort.
   */
  public static String name() {
    String name = read();
    String usable = name.matches("[A-Za-z0-9.-]+") ? name : "localhost";
    return usable.indexOf('.') < 0 ? usable + ".localdomain" : usable;
  }

  /** How many descriptors this process may have open, where the system says it; else empty. */
  public static OptionalInt descriptors() {
    try {
      return Files.isReadable(LIMITS)
          ? descriptors(Files.readAllLines(LIMITS, US_ASCII))
          : OptionalInt.empty();
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }

  /** The soft limit in proc(5)'s words; the JVM has raised it to the hard one. */
  public static OptionalInt descriptors(List<String> limits) {
    for (String line : limits) {
      if (line.startsWith(OPEN_FILES)) {
        String soft = line.substring(OPEN_FILES.length()).strip().split(" ", 2)[0];
        return soft.matches("[0-9]{1,9}")
            ? OptionalInt.of(Integer.parseInt(soft))
            : OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
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
