package org.postroom.core.part;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.postroom.core.arrival.Staging;
import org.postroom.core.auth.Accounts;
import org.postroom.core.dns.Resolver;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.Watches;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Wire;

/**
 * What a server gives to its parts, from its start to its end, whatever generation is current.
 * Nothing of it is a part's to close.
 *
 * @param wire to listen and connect with
 * @param mail the mailboxes
 * @param commit where mails become ours
 * @param named mails that are taken once however often they come
 * @param queue mail under way
 * @param memos small things that parts remember
 * @param accounts who is here
 * @param staging where content lies while it arrives
 * @param decisions where it is kept why recipients were taken or refused
 * @param watches who watches mail while it is tried
 * @param workers run what may block
 * @param random for spreading load; not for secrets
 * @param unguessable for what nobody may guess
 * @param zone what dates are written in
 */
public record Premises(
    Wire wire,
    MailStore mail,
    MailCommit commit,
    NamedMails named,
    QueueStore queue,
    MemoStore memos,
    Accounts accounts,
    Staging staging,
    Resolver resolver,
    RecentDecisions decisions,
    Watches watches,
    Executor workers,
    RandomGenerator random,
    SecureRandom unguessable,
    Timers timers,
    Clock clock,
    ZoneId zone) {}
