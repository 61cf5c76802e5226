import { copyOf, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';
import type { Occupant } from './occupants.ts';
import { occupantId, statusCode, textElement, userX } from './payloads.ts';
import type { Affiliation } from './ranks.ts';

/** What a room says about an occupant beside who it is. */
export interface Notice {
  /** The occupant is not there any more under this nickname. */
  readonly isGone?: boolean;
  /** Status codes for everybody. @spec XEP-0045 §16.6 */
  readonly codes?: readonly number[];
  /** Status codes for the occupant itself, beside 110. */
  readonly selfCodes?: readonly number[];
  /** The nickname that comes after this one. @spec XEP-0045 §7.6 */
  readonly newNick?: string;
  /** The nickname of who did it. */
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  /** What the occupant says when it goes. */
  readonly farewell?: Stanza | undefined;
}

/** What somebody is in the room, beside the role. */
export interface Standing {
  readonly affiliation: Affiliation;
  /** The element that says it, if there are any. @spec XEP-0317 §3.1 */
  readonly hats: readonly Element[];
}

/** Who is told. */
export interface Viewer {
  readonly seesJid: boolean;
  readonly isSelf: boolean;
}

/**
 * Presence of an occupant, for every viewer of one kind: without `to`.
 *
 * @spec XEP-0045 §7.2.2 §7.2.3 §7.2.4 §17.3
 */
export function occupantPresence(
  occupant: Occupant,
  { affiliation, hats }: Standing,
  notice: Notice,
  { seesJid, isSelf }: Viewer,
): Stanza {
  const { isGone = false, codes = [], selfCodes = [], newNick } = notice;
  const isOut = isGone && newNick === undefined;
  const item = xml(
    'item',
    {
      affiliation,
      role: isOut ? 'none' : occupant.role,
      jid: seesJid ? occupant.realJid.toString() : undefined,
      nick: newNick,
    },
    ...(notice.actor === undefined ? [] : [xml('actor', { nick: notice.actor })]),
    ...textElement('reason', notice.reason),
  );
  const statuses = [...(isSelf ? [110, ...selfCodes] : []), ...codes].map(statusCode);
  const source = isGone ? notice.farewell : occupant.latest?.presence;
  const element = source ? shallowCopy(source.element) : xml('presence');
  if (isGone) element.attrs['type'] = 'unavailable';
  element.children = [...element.children, userX(item, ...statuses), ...(isOut ? [] : hats), occupantId(occupant.id)];
  return new Stanza(element, occupant.jid, undefined);
}

/**
 * Tells a client that it is not in the room, or no longer.
 *
 * @param more what is to be known beside that
 * @spec XEP-0045 §10.9 §11.2
 */
export function notHere(occupantJid: Jid, client: Jid, more: readonly Element[]): Stanza {
  const x = userX(xml('item', { affiliation: 'none', role: 'none' }), ...more.map(copyOf), statusCode(110));
  return new Stanza(xml('presence', { type: 'unavailable' }, x), occupantJid, client);
}
