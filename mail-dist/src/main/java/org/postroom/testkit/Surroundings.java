package org.postroom.testkit;

import java.time.Clock;
import java.util.Set;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.ServerBuilder;

/** What a test's server has around it: its time, the names that it looks up, who is here. */
interface Surroundings {

  /** The clock that it goes by. */
  VirtualTime time();

  /** The names that it looks up. */
  Resolver names();

  /**
   * Tells a server about the others, before the test's own settings.
   *
   * @param domains those of the people whom the test has named
   * @param strict whether nobody else is here
   */
  void describe(ServerBuilder server, Set<String> domains, boolean strict);

  /** The server is closed. */
  void end();

  /** Those of a server to which everybody belongs, wherever he is: nothing leaves it. */
  static Surroundings alone() {
    VirtualTime time = VirtualTime.flowingFrom(Clock.systemUTC().instant());
    return new Surroundings() {
      @Override
      public VirtualTime time() {
        return time;
      }

      @Override
      public Resolver names() {
        return ZoneResolver.of();
      }

      @Override
      public void describe(ServerBuilder server, Set<String> domains, boolean strict) {
        server.hostname("mail.test");
        if (strict) {
          server.set("mynetworks", "").domains(domains.toArray(new String[0]));
        } else {
          server.set("mynetworks", "127.0.0.0/8 [::1]/128").accountsOnTheFly(TestMail.PASSWORD);
        }
      }

      @Override
      public void end() {
        time.close();
      }
    };
  }
}
