/** How much memory there is to give away. */
package org.postroom.core.memory;
