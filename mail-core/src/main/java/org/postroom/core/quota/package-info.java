/** How much people may keep: limits, and the rules that say which holds for whom and where. */
package org.postroom.core.quota;
