import offline from '../../lib/modules/offline/index.ts';
import presence from '../../lib/modules/presence/index.ts';
import roster from '../../lib/modules/roster/index.ts';
import subscriptions from '../../lib/modules/subscriptions/index.ts';
import type { Host } from '../../lib/core/host.ts';
import type { HostOptions } from '../../lib/core/host-options.ts';
import { REMOTE, type RemoteRoute } from '../../lib/core/remote.ts';
import type { RosterItem, Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { ARCHIVE } from '../../lib/modules/archive/archive.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { brief, element, jid, settled, World, type FakeClient } from '../core/world.ts';

export interface ImOptions {
  readonly maxItems?: number;
  readonly maxMessages?: number;
  /** The store of another world: the same server, started again. */
  readonly store?: Store;
  readonly host?: Partial<HostOptions>;
  /** Adds modules beside the usual ones. */
  readonly modules?: (host: Host) => void;
}

/** A host with rosters, subscriptions, presence and offline messages, and other servers that write down what they get. */
export class ImWorld extends World {
  /** What went to other servers. */
  readonly far: Element[] = [];
  /** How it goes there. */
  remote: RemoteRoute = (stanza) => void this.far.push(stanza.element);

  constructor({ maxItems = 100, maxMessages = 10, store, host = {}, modules }: ImOptions = {}) {
    super(host, store);
    this.host.use(roster, { maxItems });
    this.host.use(subscriptions);
    this.host.use(offline, { maxMessages });
    this.host.use(presence);
    modules?.(this.host);
    this.host.services.provide(REMOTE, (...sent) => this.remote(...sent));
    this.start();
  }

  /** What went to other servers since the last time, in one line each. */
  sent(): string[] {
    return this.far.splice(0).map(brief);
  }

  /** A roster item of an account, as if it had been there for long. */
  async item(account: string, contact: string, parts: Partial<RosterItem>): Promise<void> {
    await this.store.roster.put(account, { ...itemOf(contact), ...parts });
  }

  /** The roster item that the store has. */
  async itemIn(account: string, contact: string): Promise<RosterItem | undefined> {
    const { items } = await this.store.roster.load(account);
    return items.find((item) => item.contact === contact);
  }

  /** A stanza that comes from another server, or from nowhere. */
  async comes(text: string): Promise<void> {
    const { from = '', to = '' } = element(text).attrs;
    await this.host.route(new Stanza(element(text), jid(from), jid(to)));
    await this.settle();
  }

  /** Binds a resource that asks for the roster. */
  async interested(address: string): Promise<FakeClient> {
    const client = this.client(address);
    client.sends("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
    await this.settle();
    client.take();
    return client;
  }

  /** Binds a resource that asks for the roster and sends presence, and forgets what it got for that. */
  async online(address: string, presence = '<presence/>'): Promise<FakeClient> {
    const client = await this.interested(address);
    client.sends(presence);
    await this.settle();
    client.take();
    return client;
  }

  /** Lets everything happen that can happen now, and archives be written, which would gather more. */
  async settle(): Promise<void> {
    await settled();
    this.clock.endTurn();
    void this.host.services.find(ARCHIVE)?.flush();
    await settled();
  }
}

function itemOf(contact: string): RosterItem {
  return { contact, groups: [], subscription: 'none', ask: false, approved: false, listed: true };
}

/** Whether a stanza is a roster push. */
export function isPush(stanza: Element): boolean {
  return (
    stanza.name === 'iq' && stanza.attrs['type'] === 'set' && stanza.child('query', 'jabber:iq:roster') !== undefined
  );
}

/** Roster pushes, each as its item in one line: `juliet@… subscription=to ask=subscribe`. */
export function pushes(stanzas: readonly Element[]): string[] {
  return stanzas.filter(isPush).map((stanza) => itemLine(itemsOf(stanza)[0]));
}

/** The items of a roster result or push. */
export function itemsOf(stanza: Element): Element[] {
  return stanza.child('query', 'jabber:iq:roster')?.getChildElements() ?? [];
}

/** A roster item in one line. */
export function itemLine(item: Element | undefined): string {
  if (!item) return 'nothing';
  const { jid: contact, ...rest } = item.attrs;
  const groups = item.getChildElements().map((group) => `#${group.text}`);
  const attributes = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
  return [contact, ...attributes.sort(), ...groups].join(' ');
}

/** What is left when roster pushes are taken out, in one line each. */
export function withoutPushes(stanzas: readonly Element[]): string[] {
  return stanzas.filter((stanza) => !isPush(stanza)).map(brief);
}
