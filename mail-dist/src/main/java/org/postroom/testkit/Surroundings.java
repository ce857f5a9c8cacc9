package org.postroom.testkit;

import java.time.Clock;
import org.postroom.core.dns.ZoneResolver;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.ServerBuilder;

/** What a test's server has around it: its time, the names that it looks up, who is here. */
interface Surroundings {

  /** The clock that it goes by. */
  VirtualTime time();

  /**
   * Tells a server about them, before the test's own settings.
   *
   * @param setup what the test has said of it
   */
  void describe(ServerBuilder server, MailSetup setup);

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
      public void describe(ServerBuilder server, MailSetup setup) {
        server.hostname("mail.test").resolver(ZoneResolver.of());
        if (setup.isStrict) {
          server.set("mynetworks", "").domains(setup.domains().toArray(new String[0]));
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
