package org.postroom.core.delivery;

import java.time.Instant;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;

/**
 * What has become of one recipient of a mail that was queued, once that is durable.
 *
 * @param id of the mail, as the log has it
 * @param sender whom notifications go to
 * @param arrived when the mail came to us
 * @param at when the attempt ended
 * @param result what was said, and by whom
 */
public record Attempted(
    QueueId id,
    ReversePath sender,
    Recipient recipient,
    Instant arrived,
    Instant at,
    DeliveryResult result) {}
