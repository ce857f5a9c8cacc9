package org.postroom.imap.session;

import java.util.function.Function;
import org.postroom.imap.protocol.ImapReader;

/**
 * One command as the table has it.
 *
 * @param name in upper case; the UID forms are called {@code UID FETCH} and so on
 * @param state what it needs to run
 * @param sync when it brings the view up to date
 * @param endsSelection whether the mailbox that was selected is closed first, whatever follows
 * @param parse reads the arguments: knows grammar and no store
 */
public record CommandRow<S>(
    String name,
    Class<S> state,
    Sync sync,
    boolean endsSelection,
    Function<ImapReader, Command<S>> parse) {}
