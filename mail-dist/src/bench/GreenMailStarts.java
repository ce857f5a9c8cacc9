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
    for (int i = 0; i <= 20; i++) {
      long began = System.nanoTime();
      GreenMail mail = new GreenMail(ServerSetup.dynamicPort(ServerSetupTest.ALL));
      mail.start();
      starts.add(since(began));
      began = System.nanoTime();
      mail.purgeEmailFromAllMailboxes();
      resets.add(since(began));
      began = System.nanoTime();
      mail.stop();
      closes.add(since(began));
    }
    System.out.printf(
        "greenmail  first %.0f start %.1f reset %.2f close %.1f%n",
        starts.get(0), median(starts), median(resets), median(closes));
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
