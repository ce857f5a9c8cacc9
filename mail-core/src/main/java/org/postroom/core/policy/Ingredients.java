package org.postroom.core.policy;

import org.postroom.core.config.Settings;
import org.postroom.core.table.MatchList;
import org.postroom.core.table.Tables;

/** What the makers of restrictions may need. */
record Ingredients(
    Settings settings,
    DomainClasses domains,
    MatchList mynetworks,
    OwnAddresses own,
    Tables tables) {}
