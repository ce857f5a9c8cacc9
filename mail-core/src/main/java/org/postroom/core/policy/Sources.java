package org.postroom.core.policy;

import org.postroom.core.dns.Resolver;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.time.Timers;

/**
 * Whom restrictions have asked, by way of facts.
 *
 * @param resolver for what the DNS says
 * @param directory for what the house says of addresses
 * @param servers for what policy servers say
 * @param timers for restrictions that wait
 */
public record Sources(
    Resolver resolver, Directory directory, PolicyServers servers, Timers timers) {}
