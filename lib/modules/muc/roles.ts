import type { Occupant } from './occupants.ts';
import type { Notice } from './presence.ts';
import type { Role } from './ranks.ts';
import type { Room } from './room.ts';

/** Gives an occupant another role, and tells everybody. @spec XEP-0045 §8.3 §8.4 §9.6 §9.7 */
export function setRole(room: Room, occupant: Occupant, role: Role, notice: Notice = {}): void {
  const before = occupant.role;
  occupant.role = role;
  room.announce(occupant, notice, undefined, before);
  if (role === 'moderator' && before !== 'moderator' && !room.isNonAnonymous) showEverybody(room, occupant);
}

/** Who becomes moderator sees the addresses from now on. @spec XEP-0045 §8 */
function showEverybody(room: Room, viewer: Occupant): void {
  for (const other of room.occupants.all) {
    if (other !== viewer && room.shows(other.role)) room.sendTo([viewer], room.presenceOf(other, viewer));
  }
}
