import muc from '../../lib/modules/muc/index.ts';
import type { RoomLimits } from '../../lib/modules/muc/limits.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { ArchiveWorld } from './archive-world.ts';

export const MUC = 'http://jabber.org/protocol/muc';
export const SERVICE = 'rooms.capulet.example';
export const COVEN = `coven@${SERVICE}`;

const LIMITS: RoomLimits = {
  rooms: 20,
  roomsPerAccount: 10,
  occupants: 300,
  affiliations: 50,
  history: 50,
  stanzaBytes: 10_000,
  messagesPerSecond: 0,
  nickLength: 30,
};

/** The people of the examples, by nickname. @spec XEP-0045 §4.3 */
const ADDRESSES: Readonly<Record<string, string>> = {
  firstwitch: 'crone1@capulet.example/desktop',
  secondwitch: 'wiccarocks@capulet.example/laptop',
  thirdwitch: 'hag66@capulet.example/pda',
};

/** A host with rooms, and what clients do in them. */
export class MucWorld extends ArchiveWorld {
  constructor(limits: Partial<RoomLimits> = {}, store: Store = createMemoryStore(), admitsLegacy = false) {
    super(store, {}, { modules: (host) => host.use(muc, { admitsLegacy, limits: { ...LIMITS, ...limits } }) });
  }

  /** Binds a client of one of the people of the examples, or of any other name. */
  async person(name: string): Promise<FakeClient> {
    return this.online(ADDRESSES[name] ?? `${name}@capulet.example/tab`);
  }

  /** A client does something; everything that follows from it happens. */
  async does(client: FakeClient, stanza: string): Promise<void> {
    client.sends(stanza);
    await this.settle();
  }

  /** Enters a room; what the client got is there to be looked at. */
  async enter(client: FakeClient, nick: string, inner = '', room = COVEN): Promise<void> {
    await this.does(client, `<presence to='${room}/${nick}'><x xmlns='${MUC}'>${inner}</x></presence>`);
  }

  /** Binds a client and takes it into a room; forgets what it got for that. */
  async join(nick: string, room = COVEN): Promise<FakeClient> {
    const client = await this.person(nick);
    await this.enter(client, nick, '', room);
    client.take();
    return client;
  }

  /** Makes a room with this configuration; its owner is the first witch, and in it. */
  async room(config: Readonly<Record<string, string | readonly string[]>> = {}, room = COVEN): Promise<FakeClient> {
    const owner = await this.join('firstwitch', room);
    await this.configure(owner, config, room);
    return owner;
  }

  async configure(
    owner: FakeClient,
    config: Readonly<Record<string, string | readonly string[]>>,
    room = COVEN,
  ): Promise<Element> {
    const answer = await this.iq(owner, 'set', `<query xmlns='${MUC}#owner'>${submit(config)}</query>`, room);
    return answer;
  }

  /** The answer to a request; everything else that the client got stays. */
  async iq(client: FakeClient, type: 'get' | 'set', content: string, to = COVEN): Promise<Element> {
    await this.does(client, `<iq type='${type}' id='asked' to='${to}'>${content}</iq>`);
    const { sent } = client.transport;
    const index = sent.findIndex(({ element }) => element.name === 'iq' && element.attrs['id'] === 'asked');
    const [answer] = index < 0 ? [] : sent.splice(index, 1);
    if (!answer) throw new Error(`no answer to ${content}`);
    return answer.element;
  }

  /** Changes roles or affiliations. @returns the condition of the error, or "result" */
  async admin(client: FakeClient, items: string, room = COVEN): Promise<string> {
    return outcome(await this.iq(client, 'set', `<query xmlns='${MUC}#admin'>${items}</query>`, room));
  }

  /** A list of roles or affiliations, each item in one line; or the condition of the error. */
  async listOf(client: FakeClient, attributes: string, room = COVEN): Promise<string[] | string> {
    const answer = await this.iq(client, 'get', `<query xmlns='${MUC}#admin'><item ${attributes}/></query>`, room);
    const items = answer.child('query', `${MUC}#admin`)?.getChildElements() ?? [];
    return errorOf(answer) ?? items.map(itemLine);
  }

  async says(client: FakeClient, body: string, room = COVEN): Promise<void> {
    await this.does(client, `<message type='groupchat' id='m' to='${room}'><body>${body}</body></message>`);
  }
}

/** A form that configures a room; `muc#roomconfig_` is put before names without `#`. */
export function submit(config: Readonly<Record<string, string | readonly string[]>>): string {
  const fields = Object.entries({ FORM_TYPE: `${MUC}#roomconfig`, ...config }).map(([name, value]) => {
    const full = name === 'FORM_TYPE' || name.includes('#') ? name : `muc#roomconfig_${name}`;
    const values = [value].flat().map((each) => `<value>${each}</value>`);
    return `<field var='${full}'>${values.join('')}</field>`;
  });
  return `<x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x>`;
}

/** "result", or the type and condition of an error. */
export function outcome(answer: Element): string {
  return errorOf(answer) ?? answer.attrs['type'] ?? '';
}

/** What a client got since the last time, in one line each. */
export function heard(client: FakeClient): string[] {
  return client.take().map(told);
}

/**
 * One stanza of a room in one line: `+nick affiliation/role jid 110,201` for who is there, `-nick …` for
 * who is not, `nick: text` for messages, `nick # text` for subjects.
 */
export function told(stanza: Element): string {
  const from = stanza.attrs['from'] ?? '';
  const nick = from.includes('/') ? from.slice(from.indexOf('/') + 1) : from;
  const error = errorOf(stanza);
  if (error) return `${stanza.name} ${error}`;
  const x = stanza.child('x', `${MUC}#user`);
  const parts = x?.getChildElements().map(part) ?? [];
  if (stanza.name === 'presence') {
    const sign = stanza.attrs['type'] === 'unavailable' ? '-' : '+';
    return [`${sign}${nick}`, ...parts, ...shows(stanza)].join(' ');
  }
  if (stanza.name !== 'message') return `${stanza.name} ${stanza.attrs['type']}`;
  const child = (name: string): string | undefined =>
    stanza.getChildElements().find((each) => each.name === name)?.text;
  const late = stanza.child('delay', 'urn:xmpp:delay') ? ['(late)'] : [];
  const type = stanza.attrs['type'] === 'groupchat' ? [] : [`[${stanza.attrs['type'] ?? 'normal'}]`];
  const body = child('body');
  const text = body ?? child('subject');
  const said = text === undefined ? [] : [body === undefined ? `# ${text}` : `: ${text}`];
  return [[nick, ...said].join(said[0]?.startsWith(':') ? '' : ' '), ...type, ...parts, ...late].join(' ');
}

function shows(presence: Element): string[] {
  return presence
    .getChildElements()
    .filter(({ name }) => name === 'show' || name === 'status')
    .map(({ text }) => `"${text}"`);
}

function part(child: Element): string {
  if (child.name === 'item') return itemLine(child);
  if (child.name === 'status') return child.attrs['code'] ?? '';
  const inner = child.getChildElements().map(({ name, text }) => `${name}=${text}`);
  const attributes = Object.entries(child.attrs).map(([name, value]) => `${name}=${value}`);
  return [child.name, ...attributes, ...inner].join(' ');
}

/** `affiliation/role nick=… jid`, the reason and who did it. */
function itemLine(item: Element): string {
  const { affiliation, role, jid, nick } = item.attrs;
  const actor = item.getChildElements().find(({ name }) => name === 'actor')?.attrs['nick'];
  const reason = item.getChildElements().find(({ name }) => name === 'reason')?.text;
  return [
    [affiliation, role].filter((each) => each !== undefined).join('/'),
    nick === undefined ? undefined : `nick=${nick}`,
    jid,
    actor === undefined ? undefined : `by=${actor}`,
    reason === undefined ? undefined : `"${reason}"`,
  ]
    .filter((each) => each !== undefined)
    .join(' ');
}
