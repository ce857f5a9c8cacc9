package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.util.List;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.VerifyOperation;
import org.postroom.dist.operation.VerifyOperation.Goal;
import org.postroom.dist.operation.VerifyOperation.Verified;
import org.postroom.dist.operation.VerifyOperation.Written;

/**
 * What {@code sendmail -bv} and {@code -bt} say of addresses: the steps by which one comes to whom
 * its mail is for, and where that goes, in the form of sendmail(8). The server has to run.
 */
final class AddressTest {
  private static final int UNKNOWN_STATUS = 1; // 5.1.x (RFC 3463, 3.2): the address

  private final AskedServer server;
  private final PrintWriter out;

  AddressTest(AskedServer server, PrintWriter out) {
    this.server = server;
    this.out = out;
  }

  /**
   * Says it of each.
   *
   * @return 0, 67 where nobody has one of them, 69 where one is refused for another reason, 75
   *     where that cannot be said now
   */
  int all(List<String> addresses) {
    int status = 0;
    for (String address : addresses) {
      int one = say(address);
      status = status == 0 ? one : status;
    }
    out.flush();
    return status;
  }

  /** Says it of the address that ends each line, until there is none; always 0. */
  int ask(InputStream in) {
    out.println("ADDRESS TEST MODE: an address on each line; /quit ends");
    prompt();
    try {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String words = line.strip();
        if (words.equals("/quit") || words.equals(".")) {
          break;
        }
        if (!words.isEmpty()) {
          // sendmail's rule sets stand in front of the address: "3,0 ada@example.org".
          int unused = say(words.replaceFirst("^[0-9,]+\\s+", ""));
        }
        prompt();
      }
    } catch (IOException e) {
      out.println(e.getMessage());
    }
    out.flush();
    return 0;
  }

  private void prompt() {
    out.print("> ");
    out.flush();
  }

  private int say(String address) {
    Verified found;
    try {
      found = server.ask(VerifyOperation.VERIFY, new Written(address));
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.REQUEST) {
        throw e;
      }
      out.println(address + "... " + e.getMessage());
      return HandingIn.DATA;
    }
    found.way().forEach(step -> out.println("  " + step));
    if (found.refusal().isPresent()) {
      String reply = found.refusal().get();
      out.println(found.address() + "... " + reply);
      return status(reply);
    }
    for (Goal goal : found.goals()) {
      out.println(
          found.address()
              + "... deliverable: mailer "
              + goal.mailer()
              + (goal.host().isEmpty() ? "" : ", host " + goal.host())
              + ", user "
              + goal.user());
    }
    return 0;
  }

  private static int status(String reply) {
    if (reply.startsWith("4")) {
      return HandingIn.TEMPORARY;
    }
    return reply.matches("5\\d\\d 5\\." + UNKNOWN_STATUS + "\\..*")
        ? HandingIn.NO_USER
        : HandingIn.REFUSED;
  }
}
