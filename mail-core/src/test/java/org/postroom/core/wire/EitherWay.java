package org.postroom.core.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A session that deals with a line at once or leaves it to a worker, as the line's first letter
 * says: {@code n} is now, {@code l} later.
 */
final class EitherWay implements Session {
  private static final int LIMIT = 500;

  /** Lines that were left to a worker, and what went wrong at once. */
  final BlockingQueue<String> left = new LinkedBlockingQueue<>();

  final Connection connection;
  private final Runnable whenClosed;
  private final TlsContextSource tls;
  private @Nullable String begun;
  private boolean atOnce;
  private boolean leavesNext;
  private boolean quiet;
  private int octets;
  private int arrivals;
  private int sum;

  /** Where TLS comes from, when it is asked for. */
  interface TlsContextSource {
    TlsContext get();
  }

  EitherWay(Connection connection, TlsContextSource tls, Runnable whenClosed) {
    this.connection = connection;
    this.tls = tls;
    this.whenClosed = whenClosed;
  }

  @Override
  public void opened() {
    connection.out().ascii("hello\r\n");
  }

  @Override
  public boolean readyAtOnce() {
    if (leavesNext || octets > 0 && arrivals % 3 == 2) {
      left.add("unread");
      return false;
    }
    if (octets > 0) {
      take();
      return true;
    }
    String line = connection.in().readLine(LIMIT).latin1();
    if (line.startsWith("n")) {
      atOnce = true;
      obey(line);
      atOnce = false;
      return true;
    }
    begun = line;
    left.add(line);
    return false;
  }

  @Override
  public void ready() {
    leavesNext = false;
    if (octets > 0) {
      take();
      return;
    }
    String line = begun == null ? connection.in().readLine(LIMIT).latin1() : begun;
    begun = null;
    obey(line);
  }

  private void obey(String line) {
    String[] words = line.split(" ");
    Output out = connection.out();
    switch (words[1]) {
      case "flood" -> new Flood(connection, Integer.parseInt(words[2]), "\r\n").say();
      case "burst" -> out.ascii("z".repeat(Integer.parseInt(words[2]))).ascii("\r\n");
      case "task" -> {
        connection.execute(() -> out.ascii("task\r\n"));
        out.ascii("before the task\r\n");
      }
      case "octets" -> {
        octets = Integer.parseInt(words[2]);
        quiet = words.length > 3;
        arrivals = 0;
        sum = 0;
        connection.awaitOctets();
      }
      case "who" -> out.ascii(atOnce ? "at once\r\n" : "a worker\r\n");
      case "flush" -> out.ascii("flushed\r\n").flush();
      case "leave" -> leavesNext = true;
      case "fail" -> throw new IllegalStateException("as asked");
      case "wait" -> waitForALine();
      case "starttls" -> {
        out.ascii("go\r\n");
        connection.startTls(tls.get());
      }
      case "login" -> {
        connection.trusted();
        out.ascii("known\r\n");
      }
      case "quit" -> {
        out.ascii("bye\r\n");
        connection.close();
      }
      default -> out.ascii("<" + line + ">\r\n");
    }
  }

  /** For one that has not come. */
  private void waitForALine() {
    try {
      connection.in().readLine(LIMIT);
    } catch (RuntimeException e) {
      left.add(e.toString());
      throw e;
    }
  }

  private void take() {
    ByteBuffer chunk = connection.in().available();
    arrivals++;
    connection.deadline(Duration.ofSeconds(30));
    while (octets > 0 && chunk.hasRemaining()) {
      sum = sum * 31 + chunk.get();
      octets--;
    }
    if (octets == 0) {
      connection.lineLimit(LIMIT);
      connection.out().ascii("took " + sum + "\r\n");
    } else if (!quiet) {
      connection.out().ascii("+\r\n");
    }
  }

  @Override
  public void timedOut() {
    connection.out().ascii("too slow\r\n");
  }

  @Override
  public void shuttingDown() {
    connection.out().ascii("stopping\r\n");
  }

  @Override
  public void closed() {
    whenClosed.run();
  }
}
