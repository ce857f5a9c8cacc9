import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.postroom.testkit.Reset;
import org.postroom.testkit.TestMail;

/**
 * What tests wait for: the fixture's first start in a JVM, the first mail and its first reader; the
 * next starts, a reset of its messages and its close. In ms, the first ones and the median of
 * twenty. See starts.sh.
 */
public final class Starts {
  public static void main(String[] args) throws Exception {
    List<Double> starts = new ArrayList<>();
    List<Double> resets = new ArrayList<>();
    List<Double> closes = new ArrayList<>();
    double sent = 0;
    double read = 0;
    for (int i = 0; i <= 20; i++) {
      long began = System.nanoTime();
      TestMail mail = TestMail.start();
      starts.add(since(began));
      if (i == 0) {
        began = System.nanoTime();
        FirstMail.send(mail.smtp().port(), "ada@example.org");
        sent = since(began);
        began = System.nanoTime();
        FirstMail.read(mail.imap().port(), "ada@example.org", TestMail.PASSWORD);
        read = since(began);
      }
      began = System.nanoTime();
      mail.reset(Reset.MESSAGES);
      resets.add(since(began));
      began = System.nanoTime();
      mail.close();
      closes.add(since(began));
    }
    System.out.printf(
        "postroom   first %.0f mail %.0f read %.0f start %.1f reset %.2f close %.1f%n",
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
