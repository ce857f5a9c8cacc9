import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.postroom.core.door.Door;
import org.postroom.dist.MailServer;
import org.postroom.testkit.MailSetup;
import org.postroom.testkit.TestMail;

/** The fixture as a target of the benchmark harness, in a process of its own: see fixture.sh. */
public final class Fixture {
  /** The first port, and a file for the authority's certificate. */
  public static void main(String[] args) throws Exception {
    int offset = Integer.parseInt(args[0]);
    MailSetup setup = TestMail.with().set("mail_max_userip_connections", "10000");
    for (Door door : MailServer.builder().doors()) {
      if (door.port() < 1024) {
        setup.port(door, offset + door.port());
      }
    }
    TestMail mail = setup.start();
    Files.writeString(Path.of(args[1]), mail.authority());
    Runtime.getRuntime().addShutdownHook(new Thread(mail::close));
    new CountDownLatch(1).await();
  }
}
