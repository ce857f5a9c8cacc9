package org.postroom.pop3.session;

import java.time.Duration;

/**
 * What a session allows, and how long.
 *
 * @param plaintextLogin whether passwords may come without TLS from other machines too
 * @param loginStep how long a client that is not logged in may be silent
 * @param loginTotal how long it may take to log in
 * @param idle how long a client that is logged in may be silent; RFC 1939, 3 wants 10 minutes
 * @param failedLogins wrong passwords after which the connection ends
 * @param userIpConnections how often one account may be logged in from one address
 * @param lockWait how long a log-in waits for another session to give the maildrop back
 * @param updatesFlags whether what was retrieved becomes {@code \Seen}
 * @param hidesDeleted whether messages that IMAP clients marked as deleted are left out
 */
public record Pop3Limits(
    boolean plaintextLogin,
    Duration loginStep,
    Duration loginTotal,
    Duration idle,
    int failedLogins,
    int userIpConnections,
    Duration lockWait,
    boolean updatesFlags,
    boolean hidesDeleted) {}
