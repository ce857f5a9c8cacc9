package org.postroom.imap.session;

import java.time.Duration;
import org.postroom.imap.protocol.ReaderLimits;

/**
 * What a client may do and for how long.
 *
 * @param strangers while nobody is logged in
 * @param users afterwards
 * @param badBefore consecutive BADs before log-in after which the connection ends
 * @param badAfter the same after log-in
 * @param failedLogins after which the connection ends
 * @param loginDelay what a failed log-in costs, times the number of failures
 * @param loginWait for the next command while nobody is logged in
 * @param autologout for the next command afterwards
 * @param keepalive how often an idling client hears something
 * @param appendLimit octets of a message
 * @param appendMessages in one APPEND
 * @param userConnections of one account at a time
 * @param plaintextLogin whether passwords may come without TLS from anywhere
 */
public record ImapLimits(
    ReaderLimits strangers,
    ReaderLimits users,
    int badBefore,
    int badAfter,
    int failedLogins,
    Duration loginDelay,
    Duration loginWait,
    Duration autologout,
    Duration keepalive,
    long appendLimit,
    int appendMessages,
    int userConnections,
    boolean plaintextLogin) {}
