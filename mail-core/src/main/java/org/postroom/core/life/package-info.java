/** What must not die in a server that runs, who hears of its death, and what memory it may take. */
package org.postroom.core.life;
