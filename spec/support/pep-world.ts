import type { Host } from '../../lib/core/host.ts';
import caps from '../../lib/modules/caps/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import pep from '../../lib/modules/pep/index.ts';
import type { PubsubLimits } from '../../lib/modules/pubsub/service.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element, jid, type FakeClient } from '../core/world.ts';
import { ImWorld } from './im-world.ts';

export const PUBSUB = 'http://jabber.org/protocol/pubsub';
export const OWNER = `${PUBSUB}#owner`;
const EVENT = `${PUBSUB}#event`;

interface PepOptions extends Partial<PubsubLimits> {
  readonly store?: Store;
  /** Adds modules that build on PEP. */
  readonly modules?: (host: Host) => void;
}

/** A host whose accounts are publish-subscribe services, with clients that say what they want to hear of. */
export class PepWorld extends ImWorld {
  /** What the clients can do, by full JID. */
  readonly #features = new Map<string, readonly string[]>();

  constructor({ store, modules, ...limits }: PepOptions = {}) {
    super({
      ...(store ? { store } : {}),
      modules: (host) => {
        host.use(disco);
        host.use(caps);
        host.use(pep, { nodes: 20, items: 50, itemBytes: 10_000, subscriptions: 20, ...limits });
        modules?.(host);
      },
    });
  }

  /** Two accounts see each other's presence. */
  async friends(one: string, other: string, groups: readonly string[] = []): Promise<void> {
    await this.item(one, other, { subscription: 'both', groups });
    await this.item(other, one, { subscription: 'both' });
  }

  /** Binds a resource that is available and whose features are known; forgets what it got for that. */
  async listening(address: string, ...features: string[]): Promise<FakeClient> {
    const client = await this.arriving(address, ...features);
    client.take();
    return client;
  }

  /** The same, and what it got for coming is there to be looked at. */
  async arriving(address: string, ...features: string[]): Promise<FakeClient> {
    const client = this.client(address);
    this.#features.set(address, features);
    client.sends(presenceWith(address));
    await this.ask(client, 'get', "<nothing xmlns='urn:spec'/>"); // when this is answered, presence is through
    await this.answerQuestions(client);
    return client;
  }

  /** A client says what it can do, when it was asked; the rest of what it got stays. */
  async answerQuestions(client: FakeClient): Promise<void> {
    const sent = client.transport.sent;
    const questions = sent.filter(({ element: stanza }) => isQuestion(stanza));
    for (const question of questions) {
      sent.splice(sent.indexOf(question), 1);
      client.sends(this.#answer(question.element, client.jid));
    }
    await this.settle();
  }

  /** A client of another server comes, and says what it can do. */
  async farAway(address: string, to: string, ...features: string[]): Promise<void> {
    await this.comes(presenceWith(address).replace('<presence', `<presence from='${address}' to='${to}'`));
    this.#features.set(address, features);
    for (const question of this.far.filter(isQuestion)) {
      this.far.splice(this.far.indexOf(question), 1);
      const answer = element(this.#answer(question, address));
      await this.host.route(new Stanza(answer, jid(address), jid(question.attrs['from'] ?? '')));
    }
    await this.settle();
  }

  /** The answer to an IQ; everything else the client got stays. */
  async ask(client: FakeClient, type: 'get' | 'set', content: string, to?: string): Promise<Element> {
    const id = `ask-${Math.random()}`;
    client.sends(`<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}>${content}</iq>`);
    for (;;) {
      await this.settle();
      const { sent } = client.transport;
      const index = sent.findIndex(({ element: stanza }) => stanza.attrs['id'] === id);
      const [answer] = index < 0 ? [] : sent.splice(index, 1);
      if (answer) return answer.element;
      await new Promise((resolve) => void setImmediate(resolve)); // a store on disk takes its time
    }
  }

  #answer(question: Element, address: string): string {
    const query = question.child('query', 'http://jabber.org/protocol/disco#info');
    const features = (this.#features.get(address) ?? []).map((feature) => `<feature var='${feature}'/>`);
    return `<iq type='result' id='${question.attrs['id']}' to='${question.attrs['from']}'><query xmlns='${query?.getNS()}' node='${query?.attrs['node']}'><identity category='client' type='pc'/>${features.join('')}</query></iq>`;
  }
}

/** The string of these clients cannot be verified, so that each counts for itself. */
function presenceWith(address: string): string {
  return `<presence><c xmlns='http://jabber.org/protocol/caps' hash='none' node='urn:spec' ver='${address}'/></presence>`;
}

function isQuestion(stanza: Element): boolean {
  return stanza.attrs['type'] === 'get' && stanza.child('query', 'http://jabber.org/protocol/disco#info') !== undefined;
}

/** Events in one line each: `juliet@… items tune a(tune) -b`, with the kind of what happened. */
export function events(client: FakeClient): string[] {
  const messages = client.take().filter((stanza) => stanza.name === 'message');
  return messages.map((message) => {
    const what = message.child('event', EVENT)?.getChildElements()[0];
    const items = what?.getChildElements().map((item) => `${item.name === 'retract' ? '-' : ''}${item.attrs['id']}`);
    const delayed = message.child('delay', 'urn:xmpp:delay') ? ['delayed'] : [];
    return [message.attrs['from'], what?.name, what?.attrs['node'], ...(items ?? []), ...delayed].join(' ');
  });
}

/** A request to publish an item. */
export function publish(node: string, item: string, options?: Readonly<Record<string, string>>): string {
  const form = options ? `<publish-options>${submit(`${PUBSUB}#publish-options`, options)}</publish-options>` : '';
  return `<pubsub xmlns='${PUBSUB}'><publish node='${node}'>${item}</publish>${form}</pubsub>`;
}

/** A form with these fields; `pubsub#` is put before their names. */
export function submit(formType: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`,
  );
  return `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${formType}</value></field>${lines.join('')}</x>`;
}

/** Ids of the items in an answer. */
export function itemIds(answer: Element): (string | undefined)[] {
  const items = answer.child('pubsub', PUBSUB)?.child('items', PUBSUB)?.getChildElements() ?? [];
  return items.map(({ attrs }) => attrs['id']);
}

/** The conditions of an error: `auth/not-authorized presence-subscription-required`. */
export function refusalOf(answer: Element): string {
  const error = answer.getChildElements().find((child) => child.name === 'error');
  const conditions = error?.getChildElements().filter((child) => child.name !== 'text') ?? [];
  return `${error?.attrs['type']}/${conditions.map(({ name }) => name).join(' ')}`;
}
