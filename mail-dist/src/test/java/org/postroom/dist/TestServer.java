package org.postroom.dist;

import org.postroom.core.auth.Argon2;
import org.postroom.dist.assembly.DescribedServer;

/**
 * Servers as {@link MailServer#builder} makes them, but for what hashes of passwords cost: theirs
 * guard nothing, and at full strength they take more of a test's time than all else. Tests of
 * log-ins themselves, and servers that are processes, have real ones.
 */
public final class TestServer {
  private TestServer() {}

  /** Describes one. */
  public static ServerBuilder builder() {
    ServerBuilder builder = MailServer.builder();
    DescribedServer unused = builder.unwrap(DescribedServer.class).hashing(Argon2.Cost.CHEAP);
    return builder;
  }
}
