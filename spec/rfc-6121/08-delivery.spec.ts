import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element, errorOf, jid, settled, World, type FakeClient } from '../core/world.ts';

const ACCOUNT = 'juliet@capulet.example';

/** The resources of the account in each row of the RFC's table, with their priorities; undefined = connected only. */
const STATES = {
  'the account does not exist': undefined,
  'no resource is connected': {},
  'a resource is connected and not available': { quiet: undefined },
  'one resource, negative priority': { negative: -1 },
  'one resource, priority 0': { zero: 0 },
  'several resources': { negative: -1, low: 1, high: 5, tall: 5, quiet: undefined },
} as const satisfies Record<string, Readonly<Record<string, number | undefined>> | undefined>;

type State = keyof typeof STATES;
type Outcome = 'stored' | 'bounced' | 'ignored' | readonly string[];

const MOST = ['high', 'tall'];
const ALL = ['low', 'high', 'tall'];
/** What the RFC allows at this place, by the letters of its Table 1. */
type Cell = readonly [outcome: Outcome, allowed: string];
type Row = readonly [State, resource: string | undefined, normal: Cell, chat: Cell, groupchat: Cell, headline: Cell];

/** RFC 6121 §8.5.4, Table 1, with the outcome that this server chooses. `undefined` = to the bare JID. */
const TABLE: readonly Row[] = [
  ['the account does not exist', undefined, ['ignored', 'S/E'], ['ignored', 'S/E'], ['bounced', 'E'], ['ignored', 'S']],
  ['the account does not exist', 'any', ['bounced', 'S/E'], ['ignored', 'S/E'], ['bounced', 'S/E'], ['ignored', 'S/E']],
  ['no resource is connected', undefined, ['stored', 'O/E'], ['stored', 'O/E'], ['bounced', 'E'], ['ignored', 'S']],
  ['no resource is connected', 'any', ['bounced', 'S/E'], ['stored', 'O/E'], ['bounced', 'S/E'], ['ignored', 'S/E']],
  [
    'a resource is connected and not available',
    undefined,
    ['stored', 'O/E'],
    ['stored', 'O/E'],
    ['bounced', 'E'],
    ['ignored', 'S'],
  ],
  [
    'a resource is connected and not available',
    'quiet',
    [['quiet'], 'D'],
    [['quiet'], 'D'],
    [['quiet'], 'D'],
    [['quiet'], 'D'],
  ],
  [
    'one resource, negative priority',
    undefined,
    ['stored', 'O/E'],
    ['stored', 'O/E'],
    ['bounced', 'E'],
    ['ignored', 'S'],
  ],
  [
    'one resource, negative priority',
    'negative',
    [['negative'], 'D'],
    [['negative'], 'D'],
    [['negative'], 'D'],
    [['negative'], 'D'],
  ],
  [
    'one resource, negative priority',
    'any',
    ['bounced', 'S/E'],
    ['stored', 'O/E'],
    ['bounced', 'S/E'],
    ['ignored', 'S/E'],
  ],
  ['one resource, priority 0', undefined, [['zero'], 'D'], [['zero'], 'D'], ['bounced', 'E'], [['zero'], 'D']],
  ['one resource, priority 0', 'zero', [['zero'], 'D'], [['zero'], 'D'], [['zero'], 'D'], [['zero'], 'D']],
  ['one resource, priority 0', 'any', ['bounced', 'S/E'], [['zero'], 'D'], ['bounced', 'S/E'], ['ignored', 'S/E']],
  ['several resources', undefined, [MOST, 'M/A'], [MOST, 'M/A'], ['bounced', 'E'], [ALL, 'A']],
  ['several resources', 'low', [['low'], 'D'], [['low'], 'D'], [['low'], 'D'], [['low'], 'D']],
  ['several resources', 'any', ['bounced', 'S/E'], [MOST, 'M/A'], ['bounced', 'S/E'], ['ignored', 'S/E']],
];

/** The letter of an outcome in Table 1, given the letters that are possible there. */
function isAllowed(outcome: Outcome, allowed: string): boolean {
  const letters = { stored: ['O'], bounced: ['E'], ignored: ['S'] };
  const mine = typeof outcome === 'string' ? letters[outcome] : ['D', 'M', 'A'];
  return allowed.split('/').some((letter) => mine.includes(letter));
}

/** A domain where Romeo writes to Juliet. */
class Verona {
  readonly world: World;
  readonly kept: Element[] = [];
  readonly romeo: FakeClient;
  readonly resources = new Map<string, FakeClient>();

  private constructor(keepsMessages: boolean) {
    this.world = new World();
    if (keepsMessages) {
      this.world.with((host) =>
        host.hook('message:undeliverable', 'act', ({ stanza }) => {
          this.kept.push(stanza.element);
          return 'handled';
        }),
      );
    }
    this.world.subscribers({ [ACCOUNT]: ['friend@capulet.example'] }).start();
    this.romeo = this.world.client('romeo@capulet.example/orchard');
  }

  static async in(state: State, keepsMessages = true): Promise<Verona> {
    const verona = new Verona(keepsMessages);
    const resources: Readonly<Record<string, number | undefined>> | undefined = STATES[state];
    if (resources) await verona.world.account('juliet');
    for (const [resource, priority] of Object.entries(resources ?? {})) {
      const client = verona.world.client(`${ACCOUNT}/${resource}`);
      verona.resources.set(resource, priority === undefined ? client : client.isAvailable(priority));
    }
    return verona;
  }

  /** What became of a stanza that Romeo sent. */
  async outcome(text: string): Promise<Outcome> {
    this.romeo.sends(text);
    await settled();
    const error = this.romeo.take().map(errorOf)[0];
    const takers = [...this.resources].filter(([, client]) => client.take().length > 0).map(([name]) => name);
    if (error !== undefined) {
      expect(error).to.equal('cancel/service-unavailable');
      expect(takers).to.deep.equal([]);
      return 'bounced';
    }
    if (this.kept.length > 0) {
      expect(takers).to.deep.equal([]);
      return 'stored';
    }
    return takers.length > 0 ? takers : 'ignored';
  }
}

function addressed(resource: string | undefined): string {
  return resource === undefined ? ACCOUNT : `${ACCOUNT}/${resource}`;
}

function where(resource: string | undefined): string {
  if (resource === undefined) return 'to the bare JID';
  return resource === 'any' ? 'to a full JID that does not match' : 'to a full JID that matches';
}

describe('RFC 6121 §8.5 local user', () => {
  describe('§8.5.4 Table 1: message delivery', () => {
    for (const [state, resource, ...cells] of TABLE) {
      (['normal', 'chat', 'groupchat', 'headline'] as const).forEach((type, column) => {
        const [outcome, allowed] = cells[column] ?? ['ignored', ''];
        it(`${state}, ${where(resource)}, ${type}: ${outcome.toString()} (${allowed})`, async () => {
          const verona = await Verona.in(state);
          const result = await verona.outcome(
            `<message to='${addressed(resource)}' type='${type}'><body>hi</body></message>`,
          );
          expect(result).to.deep.equal(outcome);
          expect(isAllowed(result, allowed), `allowed: ${allowed}`).to.equal(true);
        });
      });
    }
  });

  describe('§8.5.2.1.1 messages of type error', () => {
    for (const state of Object.keys(STATES) as State[]) {
      it(`are ignored to the bare JID: ${state}`, async () => {
        const verona = await Verona.in(state);
        expect(await verona.outcome(`<message to='${ACCOUNT}' type='error'><error/></message>`)).to.equal('ignored');
      });

      it(`are ignored to a full JID that does not match: ${state}`, async () => {
        const verona = await Verona.in(state);
        expect(await verona.outcome(`<message to='${ACCOUNT}/any' type='error'><error/></message>`)).to.equal(
          'ignored',
        );
      });
    }

    it('reach a full JID that matches (§8.5.3.1)', async () => {
      const verona = await Verona.in('several resources');
      expect(await verona.outcome(`<message to='${ACCOUNT}/negative' type='error'><error/></message>`)).to.deep.equal([
        'negative',
      ]);
    });
  });

  describe('§5.2.2 a type that is none', () => {
    for (const type of ['', "type='gossip'"]) {
      it(`is normal: ${type || 'no type'}`, async () => {
        const verona = await Verona.in('no resource is connected');
        expect(await verona.outcome(`<message to='${ACCOUNT}/any' ${type}/>`)).to.equal('bounced');
        expect(await verona.outcome(`<message to='${ACCOUNT}' ${type}/>`)).to.equal('stored');
      });
    }
  });

  describe('where no module keeps messages', () => {
    const unreachable: readonly State[] = [
      'the account does not exist',
      'no resource is connected',
      'a resource is connected and not available',
      'one resource, negative priority',
    ];
    for (const state of unreachable) {
      for (const type of ['normal', 'chat']) {
        it(`a ${type} message is bounced: ${state}`, async () => {
          const verona = await Verona.in(state, false);
          expect(await verona.outcome(`<message to='${ACCOUNT}' type='${type}'/>`)).to.equal('bounced');
        });
      }
    }
  });

  describe('§8.5.1 an account that does not exist looks like one that is away', () => {
    const stanzas = [
      `<message to='${ACCOUNT}' type='groupchat' id='a'><body>x</body></message>`,
      `<message to='${ACCOUNT}/any' id='a'/>`,
      `<iq to='${ACCOUNT}' type='get' id='a'><query xmlns='unknown'/></iq>`,
      `<iq to='${ACCOUNT}/any' type='get' id='a'><query xmlns='unknown'/></iq>`,
      `<presence to='${ACCOUNT}'/>`,
      `<presence to='${ACCOUNT}' type='subscribe'/>`,
      `<presence to='${ACCOUNT}' type='probe'/>`,
    ];
    for (const keepsMessages of [true, false]) {
      for (const text of [...stanzas, `<message to='${ACCOUNT}' type='chat' id='a'/>`]) {
        it(`${keepsMessages ? 'messages are kept' : 'messages are not kept'}: ${text}`, async () => {
          const seen: string[][] = [];
          for (const state of ['the account does not exist', 'no resource is connected'] as const) {
            const verona = await Verona.in(state, keepsMessages);
            verona.romeo.sends(text);
            await settled();
            seen.push(verona.romeo.take().map((stanza) => stanza.toString()));
          }
          expect(seen[0]).to.deep.equal(seen[1]);
        });
      }
    }
  });

  describe('presence', () => {
    const everybody = ['negative', 'low', 'high', 'tall'];

    for (const type of ['', "type='unavailable'", "type='error'"]) {
      it(`to the bare JID reaches all available resources, whatever their priority: ${type || 'available'}`, async () => {
        const verona = await Verona.in('several resources');
        expect(await verona.outcome(`<presence to='${ACCOUNT}' ${type}/>`)).to.deep.equal(everybody);
      });

      it(`to a full JID that matches reaches that resource: ${type || 'available'}`, async () => {
        const verona = await Verona.in('several resources');
        expect(await verona.outcome(`<presence to='${ACCOUNT}/quiet' ${type}/>`)).to.deep.equal(['quiet']);
      });

      it(`to a full JID that does not match is ignored: ${type || 'available'}`, async () => {
        const verona = await Verona.in('several resources');
        expect(await verona.outcome(`<presence to='${ACCOUNT}/any' ${type}/>`)).to.equal('ignored');
      });

      for (const state of ['the account does not exist', 'no resource is connected'] as const) {
        it(`to the bare JID is ignored when ${state}: ${type || 'available'}`, async () => {
          const verona = await Verona.in(state);
          expect(await verona.outcome(`<presence to='${ACCOUNT}' ${type}/>`)).to.equal('ignored');
        });
      }
    }

    for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe']) {
      for (const state of Object.keys(STATES) as State[]) {
        it(`of type ${type} is never simply delivered: ${state}`, async () => {
          const verona = await Verona.in(state);
          expect(await verona.outcome(`<presence to='${ACCOUNT}' type='${type}'/>`)).to.equal('ignored');
          expect(await verona.outcome(`<presence to='${ACCOUNT}/low' type='${type}'/>`)).to.equal('ignored');
        });
      }
    }
  });

  describe('IQ', () => {
    for (const state of Object.keys(STATES) as State[]) {
      it(`§8.5.2.1.3 to the bare JID is answered by the server, never delivered: ${state}`, async () => {
        const verona = await Verona.in(state);
        expect(await verona.outcome(`<iq to='${ACCOUNT}' type='get' id='1'><query xmlns='unknown'/></iq>`)).to.equal(
          'bounced',
        );
      });

      it(`§8.5.3.2.3 to a full JID that does not match gets service-unavailable: ${state}`, async () => {
        const verona = await Verona.in(state);
        expect(await verona.outcome(`<iq to='${ACCOUNT}/any' type='set' id='1'><query xmlns='x'/></iq>`)).to.equal(
          'bounced',
        );
      });

      for (const type of ['result', 'error']) {
        it(`of type ${type} to nobody is ignored: ${state}`, async () => {
          const verona = await Verona.in(state);
          expect(await verona.outcome(`<iq to='${ACCOUNT}' type='${type}' id='1'/>`)).to.equal('ignored');
          expect(await verona.outcome(`<iq to='${ACCOUNT}/any' type='${type}' id='1'/>`)).to.equal('ignored');
        });
      }
    }

    for (const type of ['result', 'error']) {
      it(`§8.5.3.1 of type ${type} reaches the resource, whoever sent it`, async () => {
        const verona = await Verona.in('one resource, priority 0');
        expect(await verona.outcome(`<iq to='${ACCOUNT}/zero' type='${type}' id='1'/>`)).to.deep.equal(['zero']);
      });
    }

    it('§8.5.3.1 a request from somebody who may not know the presence does not reach the resource', async () => {
      const verona = await Verona.in('one resource, priority 0');
      expect(await verona.outcome(`<iq to='${ACCOUNT}/zero' type='get' id='1'><q xmlns='x'/></iq>`)).to.equal(
        'bounced',
      );
    });

    it('§8.5.3.1 a request from a subscriber reaches the resource', async () => {
      const verona = await Verona.in('one resource, priority 0');
      const friend = verona.world.client('friend@capulet.example/home');
      friend.sends(`<iq to='${ACCOUNT}/zero' type='get' id='1'><q xmlns='x'/></iq>`);
      expect(verona.resources.get('zero')?.got()).to.deep.equal([
        `iq get #1 friend@capulet.example/home→${ACCOUNT}/zero q`,
      ]);
    });

    for (const directed of ['romeo@capulet.example/orchard', 'romeo@capulet.example']) {
      it(`§8.5.3.1 a request from somebody with directed presence reaches the resource: ${directed}`, async () => {
        const verona = await Verona.in('several resources');
        verona.resources.get('low')?.session.directed.add(directed);
        const request = (resource: string): string =>
          `<iq to='${ACCOUNT}/${resource}' type='get' id='1'><q xmlns='x'/></iq>`;
        expect(await verona.outcome(request('low'))).to.deep.equal(['low']);
        expect(await verona.outcome(request('high')), 'another resource').to.equal('bounced');
      });
    }

    it('§8.5.3.1 a request from another resource of the same account reaches the resource', async () => {
      const verona = await Verona.in('several resources');
      verona.resources.get('low')?.sends(`<iq to='${ACCOUNT}/high' type='get' id='1'><q xmlns='x'/></iq>`);
      expect(verona.resources.get('high')?.got()).to.have.length(1);
    });

    it('a request from the server itself reaches the resource', async () => {
      const verona = await Verona.in('one resource, priority 0');
      const { host } = verona.world;
      const ping = element("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
      await host.route(new Stanza(ping, host.jid, jid(`${ACCOUNT}/zero`)));
      expect(verona.resources.get('zero')?.got()).to.have.length(1);
    });
  });

  it('§8.5.2.1 never rewrites the to address of what it delivers to the bare JID', async () => {
    const verona = await Verona.in('one resource, priority 0');
    verona.romeo.sends(`<message to='${ACCOUNT}' type='chat'/>`);
    expect(verona.resources.get('zero')?.one().attrs['to']).to.equal(ACCOUNT);
  });

  it('§8.1 to the account of the sender itself needs no store to be known to exist', async () => {
    const verona = await Verona.in('no resource is connected');
    verona.romeo.sends("<message to='romeo@capulet.example' type='chat' id='note'/>");
    expect(verona.kept, 'kept at once').to.have.length(1);
  });
});
