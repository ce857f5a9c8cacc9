package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;

/** The faults that a server makes for the tests of others, as operations see them. */
public interface FaultRules {

  /**
   * Sets one more.
   *
   * @return as it is listed
   * @throws IllegalArgumentException for one that cannot be; says what was expected
   */
  String add(Wish wish);

  /** Those that are set, and what has come of them. */
  Listed list();

  /**
   * None is set any more, and none has happened.
   *
   * @param seed what chance goes by from now on; empty leaves it
   */
  void clear(Optional<Long> seed);

  /**
   * A fault that is to be.
   *
   * @param at where: a listener's name as {@code status} has it ({@code smtp}, {@code imaps}),
   *     {@code all-smtp} and its kin for all listeners of a protocol, {@code store} or {@code dns}
   * @param of at which command ({@code RCPT}), or {@code CONNECT}, {@code HANDSHAKE}, {@code
   *     CONTENT}, or {@code *} for all; of the store {@code accept}, {@code append}, {@code read}
   *     or {@code change}; of the DNS the name
   * @param act what happens: {@code reply}, {@code drop}, {@code hang-up}, {@code stall}, {@code
   *     lose-answer}, {@code delay}, {@code garble}, {@code throttle}, {@code without}, {@code
   *     fail-tls}; in the store {@code full} or {@code unavailable}; of a name {@code unknown},
   *     {@code fails} or {@code times-out}
   * @param text of a reply the line, of {@code without} the capability, of {@code delay} and {@code
   *     times-out} the seconds, of {@code throttle} the octets a second
   * @param nth the how manieth time from now, from 1; without it, from the first
   * @param times how often; without it once where {@code nth} is said, else always
   * @param from only of mails from this sender
   * @param to only for this recipient
   * @param session only in the how manieth session of the protocol, from 1
   * @param afterSent when the client has sent so many octets
   * @param afterAnswered when the client was sent so many octets
   * @param percent how often of a hundred times, 1 to 100
   */
  record Wish(
      String at,
      String of,
      String act,
      Optional<String> text,
      Optional<Long> nth,
      Optional<Long> times,
      Optional<String> from,
      Optional<String> to,
      Optional<Long> session,
      Optional<Long> afterSent,
      Optional<Long> afterAnswered,
      Optional<Long> percent) {}

  /**
   * Those that are set, in their order.
   *
   * @param unused of which these have not happened
   * @param happened the last thousand times
   */
  record Listed(long seed, List<String> faults, List<String> unused, List<Happened> happened) {
    public Listed {
      faults = List.copyOf(faults);
      unused = List.copyOf(unused);
      happened = List.copyOf(happened);
    }
  }

  /**
   * One has happened.
   *
   * @param session as the log names it; empty where it was in none
   * @param command at which command
   * @param time by the server's clock, as RFC 3339 writes it
   */
  record Happened(String fault, String session, String command, String time) {}
}
