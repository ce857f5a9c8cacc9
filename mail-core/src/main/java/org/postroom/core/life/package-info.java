/** What must not die in a server that runs, and who hears of its death. */
package org.postroom.core.life;
