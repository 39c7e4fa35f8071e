import { userInfo } from 'node:os';

/** The person at this terminal, as the system calls them: stands beside the moves of an alias that they make. */
export function personHere(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // a container's user need not have a name
  }
}
