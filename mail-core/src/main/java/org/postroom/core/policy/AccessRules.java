package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.TableKeys;

/** Restrictions that look somebody up in an access(5) table. */
final class AccessRules {
  private static final String CONNECT = "Connect:";

  private AccessRules() {}

  /**
   * Whom a table is asked for: the keys, one sequence after the other, and what replies call it.
   */
  private record Asked(List<Keys> keys, Subject subject) {}

  private record Keys(TableKeys keys, String of) {}

  private interface Who {
    Optional<Asked> asked(PolicyContext mail, Facts facts);
  }

  /** The client: its verified name and that one's parents, then its address and its networks. */
  static HouseRestriction client(Ingredients in, String table) {
    return rule(in, table, CONNECT, Verdict.Worth.PROVEN, AccessRules::client);
  }

  private static Optional<Asked> client(PolicyContext mail, Facts facts) {
    ClientNames names = facts.know(mail.client().names());
    String name = names.verified().text();
    List<Keys> keys = new ArrayList<>();
    keys.add(new Keys(TableKeys.host(name, TableKeys.Parents.BARE), name));
    String address = mail.client().address().getHostAddress();
    keys.add(new Keys(TableKeys.client(mail.client().address()), address));
    return Optional.of(new Asked(keys, mail.clientHost(names)));
  }

  /** What the DNS says of the client's address, whether it leads back or not. */
  static HouseRestriction reverseName(Ingredients in, String table) {
    return rule(
        in,
        table,
        CONNECT,
        Verdict.Worth.NONE,
        (mail, facts) -> {
          HostName name = facts.know(mail.client().names()).reverse();
          return name.isKnown()
              ? Optional.of(host(name.text(), Subject.REVERSE_CLIENT_HOST))
              : Optional.empty();
        });
  }

  /** What the client calls itself. */
  static HouseRestriction helo(Ingredients in, String table) {
    return rule(
        in,
        table,
        "",
        Verdict.Worth.CLAIMED,
        (mail, facts) -> mail.helo().map(name -> host(name, Subject.HELO_COMMAND)));
  }

  static HouseRestriction sender(Ingredients in, String table) {
    String nobody = in.settings().get(RestrictionParams.NULL_ACCESS_KEY);
    return rule(
        in,
        table,
        "From:",
        Verdict.Worth.CLAIMED,
        (mail, facts) -> mail.sender().map(sender -> sender(in, sender, nobody)));
  }

  private static Asked sender(Ingredients in, ReversePath sender, String nobody) {
    return sender
        .address()
        .map(address -> address(in, address, Subject.SENDER_ADDRESS))
        .orElseGet(
            () ->
                new Asked(
                    List.of(new Keys(TableKeys.only(nobody), nobody)),
                    new Subject("", Subject.SENDER_ADDRESS)));
  }

  static HouseRestriction recipient(Ingredients in, String table) {
    return rule(
        in,
        table,
        "To:",
        Verdict.Worth.CLAIMED,
        (mail, facts) ->
            mail.recipient().map(address -> address(in, address, Subject.RECIPIENT_ADDRESS)));
  }

  /** Who has logged in. */
  static HouseRestriction login(Ingredients in, String table) {
    return rule(
        in,
        table,
        "",
        Verdict.Worth.PROVEN,
        (mail, facts) ->
            mail.client()
                .login()
                .map(
                    login ->
                        new Asked(
                            List.of(new Keys(TableKeys.only(login), login)), mail.subject())));
  }

  private static Asked host(String name, String kind) {
    return new Asked(
        List.of(new Keys(TableKeys.host(name, TableKeys.Parents.BARE), name)),
        new Subject(name, kind));
  }

  private static Asked address(Ingredients in, Address address, String kind) {
    RecipientDelimiter delimiter = PolicyParams.delimiter(in.settings());
    return new Asked(
        List.of(
            new Keys(
                TableKeys.access(address, delimiter, TableKeys.Parents.BARE), address.toString())),
        new Subject(address.toString(), kind));
  }

  /**
   * One that asks the table {@code name} for {@code who}.
   *
   * @param tag of keys that are meant in sendmail's form
   */
  private static HouseRestriction rule(
      Ingredients in, String name, String tag, Verdict.Worth worth, Who who) {
    AccessTable table = AccessTable.open(in, name, worth, tag);
    return (mail, facts) -> {
      Optional<Asked> asked = who.asked(mail, facts);
      if (asked.isEmpty()) {
        return Verdict.DUNNO;
      }
      for (Keys keys : asked.get().keys()) {
        Optional<Verdict> said = table.says(keys.keys(), keys.of(), asked.get().subject(), facts);
        if (said.isPresent()) {
          return said.get();
        }
      }
      return Verdict.DUNNO;
    };
  }
}
