/** What has to be found out before something can be decided, asked for on one path and noted. */
package org.postroom.core.fact;
