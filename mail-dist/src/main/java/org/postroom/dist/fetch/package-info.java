/** Mail that the server fetches from accounts elsewhere: jobs, their times, and the way in. */
package org.postroom.dist.fetch;
