import type { ServerNode } from '../../core/discovery.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import {
  NS_COMMANDS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_HATS,
  NS_MAM,
  NS_MODERATE,
  NS_MUC,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_REGISTER,
  NS_RETRACT,
  NS_STANZA_ID,
  NS_VCARD,
} from '../../xmpp/ns.ts';
import { infoQuery, itemsQuery, type DiscoInfo, type Identity } from '../../xmpp/payloads/disco.ts';
import { resultForm } from '../../xmpp/payloads/data-form.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { isOn } from './config.ts';
import { deskOf } from './hat-commands.ts';
import { SEARCH_NAMESPACES } from './search.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** Where a user learns of the nickname that is reserved for them. @spec XEP-0045 §7.12 */
const RESERVED_NICK_NODE = 'x-roomuser-item';
/** Where one learns which payloads a room lets through. @spec XEP-0045 §18.1.1 */
const TRAFFIC_NODE = `${NS_MUC}#traffic`;

/** What a service and each of its rooms can do. */
const COMMON_FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  `${NS_MUC}#stable_id`,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_VCARD,
];

/** @spec XEP-0045 §6.2 */
export function serviceInfo(name: string): DiscoInfo {
  const features = [...COMMON_FEATURES, ...SEARCH_NAMESPACES];
  return { identities: [{ category: 'conference', type: 'text', name }], features, forms: [] };
}

/** @throws StanzaError @spec XEP-0045 §6.4 §7.12 §18.1.1 */
export function roomInfo(room: Room, { payload, from, reply }: RoomRequest): MaybePromise<void> {
  const { node } = payload.attrs;
  if (node === RESERVED_NICK_NODE) return reply(reservedNick(room.affiliations.get(from).nick));
  // Nothing is taken out but what the room itself says.
  if (node === TRAFFIC_NODE) throw new StanzaError('service-unavailable');
  if (node !== undefined) return andThen(commandNode(room, node, from), (found) => reply(infoQuery(found, node)));
  reply(infoQuery({ identities: [identityOf(room)], features: featuresOf(room), forms: [formOf(room)] }));
}

/** Who is there is told to those who are there. @throws StanzaError @spec XEP-0045 §6.5 */
export function roomItems(room: Room, { payload, from, reply }: RoomRequest): MaybePromise<void> {
  const { node } = payload.attrs;
  if (node !== undefined) {
    return andThen(commandNode(room, node, from), ({ items = [] }) => reply(itemsQuery(items, node)));
  }
  const isInside = room.occupants.visit(from) !== undefined;
  const shown = isInside ? room.occupants.all.filter(({ role }) => room.shows(role)) : [];
  reply(itemsQuery(shown.map(({ jid, nick }) => ({ jid: jid.toString(), name: nick }))));
}

function commandNode(room: Room, name: string, asker: Jid): MaybePromise<ServerNode> {
  return andThen(deskOf(room).node(name, asker), (node) => {
    if (!node) throw new StanzaError('item-not-found');
    return node;
  });
}

function reservedNick(nick: string | undefined): Element {
  const identities = nick === undefined ? [] : [{ category: 'conference', type: 'text', name: nick }];
  return infoQuery({ identities, features: [], forms: [] }, RESERVED_NICK_NODE);
}

function identityOf(room: Room): Identity {
  return { category: 'conference', type: 'text', name: room.name };
}

/** @spec XEP-0045 §16.3 @spec XEP-0410 §3.3 @spec XEP-0425 §2 */
function featuresOf(room: Room): string[] {
  const { config } = room;
  const archive = isOn(config, 'enablelogging') && room.around.archives ? [NS_MAM, `${NS_MAM}#extended`] : [];
  return [
    ...COMMON_FEATURES,
    ...archive,
    `${NS_MUC}#self-ping-optimization`,
    NS_COMMANDS,
    NS_HATS,
    NS_MODERATE,
    NS_REGISTER,
    NS_RETRACT,
    NS_STANZA_ID,
    isOn(config, 'publicroom') ? 'muc_public' : 'muc_hidden',
    isOn(config, 'persistentroom') ? 'muc_persistent' : 'muc_temporary',
    isOn(config, 'membersonly') ? 'muc_membersonly' : 'muc_open',
    isOn(config, 'moderatedroom') ? 'muc_moderated' : 'muc_unmoderated',
    isOn(config, 'passwordprotectedroom') ? 'muc_passwordprotected' : 'muc_unsecured',
    room.isNonAnonymous ? 'muc_nonanonymous' : 'muc_semianonymous',
  ];
}

/** The subject of a room that not everybody may enter is nobody else's business. @spec XEP-0045 §6.4 §14.4 @spec XEP-0486 §3.3 */
function formOf(room: Room): Element {
  const { config } = room;
  const isOpen = !isOn(config, 'membersonly') && !isOn(config, 'passwordprotectedroom') && isOn(config, 'publicroom');
  const fields: [string, readonly string[]][] = [
    ['muc#roominfo_description', [config.roomdesc]],
    ['muc#roominfo_lang', config.lang === '' ? [] : [config.lang]],
    ['muc#roominfo_occupants', [String(room.occupants.size)]],
    ['muc#roominfo_subject', isOpen && room.subject ? [room.subject.text] : []],
    ['muc#roominfo_subjectmod', [config.changesubject]],
    ['muc#roomconfig_changesubject', [config.changesubject]],
    ['muc#roomconfig_roomname', [room.name]],
    ['muc#maxhistoryfetch', [config.maxhistoryfetch]],
    ['muc#roominfo_avatarhash', room.avatarHashes],
    ['hats#hash', room.hats.hash === undefined ? [] : [room.hats.hash]],
  ];
  const shown = fields.filter(([, values]) => values.length > 0).map(([name, values]) => ({ var: name, values }));
  return resultForm(`${NS_MUC}#roominfo`, shown);
}
