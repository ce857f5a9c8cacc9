package org.postroom.imap.session;

import java.time.Duration;
import org.postroom.imap.protocol.ReaderLimits;

/**
 * What a client may do and for how long.
 *
 * @param strangers while nobody is logged in
 * @param users afterwards
 * @param strangerLine octets of a stranger's line, where it is no long one by nature
 * @param badBefore consecutive BADs before log-in after which the connection ends
 * @param badAfter the same after log-in
 * @param failedLogins after which the connection ends
 * @param loginWait for the next command while nobody is logged in
 * @param loginTotal until somebody is logged in
 * @param autologout for the next command afterwards
 * @param stall inside a command: for octets of the client's, or until it reads ours
 * @param keepalive how often an idling client hears something
 * @param appendLimit octets of a message
 * @param appendMessages in one APPEND
 * @param userConnections of one account at a time
 * @param userIpConnections of one account from one address at a time
 * @param plaintextLogin whether passwords may come without TLS from anywhere
 */
public record ImapLimits(
    ReaderLimits strangers,
    ReaderLimits users,
    int strangerLine,
    int badBefore,
    int badAfter,
    int failedLogins,
    Duration loginWait,
    Duration loginTotal,
    Duration autologout,
    Duration stall,
    Duration keepalive,
    long appendLimit,
    int appendMessages,
    int userConnections,
    int userIpConnections,
    boolean plaintextLogin) {}
