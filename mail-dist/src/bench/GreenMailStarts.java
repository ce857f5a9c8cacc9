import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.icegreen.greenmail.util.ServerSetupTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The same as Starts with GreenMail, all of its protocols on free ports. See starts.sh. */
public final class GreenMailStarts {
  public static void main(String[] args) throws Exception {
    List<Double> starts = new ArrayList<>();
    List<Double> resets = new ArrayList<>();
    List<Double> closes = new ArrayList<>();
    double sent = 0;
    double read = 0;
    for (int i = 0; i <= 20; i++) {
      long began = System.nanoTime();
      GreenMail mail = new GreenMail(ServerSetup.dynamicPort(ServerSetupTest.ALL));
      mail.start();
      starts.add(since(began));
      if (i == 0) {
        began = System.nanoTime();
        FirstMail.send(mail.getSmtp().getPort(), "ada@example.org");
        sent = since(began);
        began = System.nanoTime();
        // Whom mail has come for has his address as his password.
        FirstMail.read(mail.getImap().getPort(), "ada@example.org", "ada@example.org");
        read = since(began);
      }
      began = System.nanoTime();
      mail.purgeEmailFromAllMailboxes();
      resets.add(since(began));
      began = System.nanoTime();
      mail.stop();
      closes.add(since(began));
    }
    System.out.printf(
        "greenmail  first %.0f mail %.0f read %.0f start %.1f reset %.2f close %.1f%n",
        starts.get(0), sent, read, median(starts), median(resets), median(closes));
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e6;
  }

  private static double median(List<Double> all) {
    List<Double> next = new ArrayList<>(all.subList(1, all.size()));
    Collections.sort(next);
    return next.get(next.size() / 2);
  }
}
