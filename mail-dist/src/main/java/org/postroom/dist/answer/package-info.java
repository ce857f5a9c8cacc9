/** What a server answers that was asked to do something. */
package org.postroom.dist.answer;
