package org.postroom.imap.session;

import java.util.function.Function;
import org.postroom.core.session.Offers;
import org.postroom.core.session.Row;
import org.postroom.imap.protocol.ImapReader;

/**
 * One command of IMAP.
 *
 * @param name in upper case; the UID forms are called {@code UID FETCH} and so on
 * @param state what it needs to run
 * @param sync when it brings the view up to date
 * @param endsSelection whether the mailbox that was selected is closed first, whatever follows
 * @param length how long it may be before log-in
 * @param parse reads the arguments: knows grammar and no store
 * @param offers what CAPABILITY says because of it
 */
public record ImapRow<S extends ImapState>(
    String name,
    Class<S> state,
    Sync sync,
    boolean endsSelection,
    Length length,
    Function<ImapReader, Command<S>> parse,
    Offers<Client> offers)
    implements Row<Client, S> {

  /** How long a command may be before log-in. */
  public enum Length {
    /** As lines are. */
    USUAL,
    /** As tokens are. */
    TOKEN,
    /** As what a client says of itself may be; what of it is kept is charged. */
    LONG
  }

  /** A row that advertises nothing. */
  public static <S extends ImapState> ImapRow<S> of(
      String name, Class<S> state, Sync sync, Function<ImapReader, Command<S>> parse) {
    return new ImapRow<>(name, state, sync, false, Length.USUAL, parse, Offers.of());
  }

  /** The same, after the mailbox that was selected has been closed. */
  public ImapRow<S> endingSelection() {
    return new ImapRow<>(name, state, sync, true, length, parse, offers);
  }

  /** The same, when it may be longer. */
  public ImapRow<S> ofLength(Length other) {
    return new ImapRow<>(name, state, sync, endsSelection, other, parse, offers);
  }

  /** The same, when CAPABILITY says so. */
  public ImapRow<S> advertises(Offers<Client> other) {
    return new ImapRow<>(name, state, sync, endsSelection, length, parse, other);
  }

  /** The same, when it says so to who has logged in. */
  public ImapRow<S> advertisesToUsers(String... capabilities) {
    return advertises(Offers.<Client>of(capabilities).when(Client::isLoggedIn));
  }
}
