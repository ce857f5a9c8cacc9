package org.postroom.dist.operation;

import java.util.Optional;
import org.postroom.core.flow.Expanded;
import org.postroom.core.restriction.Verdict;

/**
 * What mail for an address would come to.
 *
 * @param refusal why nobody would get it
 */
public record Prospect(Expanded expanded, Optional<Verdict.Reject> refusal) {}
