package org.postroom.core.policy;

import org.postroom.core.config.Settings;
import org.postroom.core.table.MatchList;

/** What the makers of restrictions may need. */
record Ingredients(
    Settings settings, DomainClasses domains, MatchList mynetworks, OwnAddresses own) {}
