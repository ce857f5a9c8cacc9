/** What has to be found out before something can be decided. */
package org.postroom.core.fact;
