import { expect } from 'chai';
import type { RosterItem, Subscription } from '../../lib/storage/store.ts';
import { ImWorld, isPush, pushes, withoutPushes } from '../support/im-world.ts';
import type { FakeClient } from '../core/world.ts';

const USER = 'juliet@capulet.example';
const CONTACT = 'romeo@montague.example';
const REQUEST = `<presence from="${CONTACT}" to="${USER}" type="subscribe" id="old"/>`;

/** The nine states of §A.1: subscription, pending out, pending in. */
const STATES = {
  None: ['none', false, false],
  'None + Pending Out': ['none', true, false],
  'None + Pending In': ['none', false, true],
  'None + Pending Out+In': ['none', true, true],
  To: ['to', false, false],
  'To + Pending In': ['to', false, true],
  From: ['from', false, false],
  'From + Pending Out': ['from', true, false],
  Both: ['both', false, false],
} as const satisfies Record<string, readonly [Subscription, boolean, boolean]>;

type StateName = keyof typeof STATES;
type Type = 'subscribe' | 'unsubscribe' | 'subscribed' | 'unsubscribed';

interface Row {
  readonly state: StateName;
  readonly approved?: boolean;
  /** The stanza is routed to the contact (outbound) or delivered to the user (inbound). */
  readonly passes: boolean;
  /** The new state; nothing for no state change. */
  readonly becomes?: StateName;
  /** Whether a request is approved in advance afterwards. */
  readonly approves?: boolean;
  /** What the server answers on behalf of the user. */
  readonly reply?: Type;
}

interface Table {
  readonly title: string;
  readonly type: Type;
  readonly rows: readonly Row[];
}

const OUTBOUND: readonly Table[] = [
  {
    title: 'Table 2',
    type: 'subscribe',
    rows: [
      { state: 'None', passes: true, becomes: 'None + Pending Out' },
      { state: 'None + Pending Out', passes: true },
      { state: 'None + Pending In', passes: true, becomes: 'None + Pending Out+In' },
      { state: 'None + Pending Out+In', passes: true },
      { state: 'To', passes: true },
      { state: 'To + Pending In', passes: true },
      { state: 'From', passes: true, becomes: 'From + Pending Out' },
      { state: 'From + Pending Out', passes: true },
      { state: 'Both', passes: true },
      { state: 'None', approved: true, passes: true, becomes: 'None + Pending Out', approves: true },
    ],
  },
  {
    title: 'Table 3',
    type: 'unsubscribe',
    rows: [
      { state: 'None', passes: true },
      { state: 'None + Pending Out', passes: true, becomes: 'None' },
      { state: 'None + Pending In', passes: true },
      { state: 'None + Pending Out+In', passes: true, becomes: 'None + Pending In' },
      { state: 'To', passes: true, becomes: 'None' },
      { state: 'To + Pending In', passes: true, becomes: 'None + Pending In' },
      { state: 'From', passes: true },
      { state: 'From + Pending Out', passes: true, becomes: 'From' },
      { state: 'Both', passes: true, becomes: 'From' },
      { state: 'To', approved: true, passes: true, becomes: 'None', approves: true },
    ],
  },
  {
    title: 'Table 4',
    type: 'subscribed',
    rows: [
      { state: 'None', passes: false, approves: true },
      { state: 'None + Pending Out', passes: false, approves: true },
      { state: 'None + Pending In', passes: true, becomes: 'From' },
      { state: 'None + Pending Out+In', passes: true, becomes: 'From + Pending Out' },
      { state: 'To', passes: false, approves: true },
      { state: 'To + Pending In', passes: true, becomes: 'Both' },
      { state: 'From', passes: false },
      { state: 'From + Pending Out', passes: false },
      { state: 'Both', passes: false },
      { state: 'None', approved: true, passes: false, approves: true },
    ],
  },
  {
    title: 'Table 5',
    type: 'unsubscribed',
    rows: [
      { state: 'None', passes: false },
      { state: 'None + Pending Out', passes: false },
      { state: 'None + Pending In', passes: true, becomes: 'None' },
      { state: 'None + Pending Out+In', passes: true, becomes: 'None + Pending Out' },
      { state: 'To', passes: false },
      { state: 'To + Pending In', passes: true, becomes: 'To' },
      { state: 'From', passes: true, becomes: 'None' },
      { state: 'From + Pending Out', passes: true, becomes: 'None + Pending Out' },
      { state: 'Both', passes: true, becomes: 'To' },
      { state: 'None', approved: true, passes: false, approves: false },
      { state: 'None + Pending Out', approved: true, passes: false, approves: false },
      { state: 'To', approved: true, passes: false, approves: false },
      { state: 'From', approved: true, passes: true, becomes: 'None', approves: false },
    ],
  },
];

const INBOUND: readonly Table[] = [
  {
    title: 'Table 6',
    type: 'subscribe',
    rows: [
      { state: 'None', passes: true, becomes: 'None + Pending In' },
      { state: 'None + Pending Out', passes: true, becomes: 'None + Pending Out+In' },
      { state: 'None + Pending In', passes: false },
      { state: 'None + Pending Out+In', passes: false },
      { state: 'To', passes: true, becomes: 'To + Pending In' },
      { state: 'To + Pending In', passes: false },
      { state: 'From', passes: false, reply: 'subscribed' },
      { state: 'From + Pending Out', passes: false, reply: 'subscribed' },
      { state: 'Both', passes: false, reply: 'subscribed' },
      { state: 'None', approved: true, passes: false, becomes: 'From', approves: true, reply: 'subscribed' },
      {
        state: 'None + Pending Out',
        approved: true,
        passes: false,
        becomes: 'From + Pending Out',
        approves: true,
        reply: 'subscribed',
      },
      { state: 'To', approved: true, passes: false, becomes: 'Both', approves: true, reply: 'subscribed' },
    ],
  },
  {
    title: 'Table 7',
    type: 'unsubscribe',
    rows: [
      { state: 'None', passes: false },
      { state: 'None + Pending Out', passes: false },
      { state: 'None + Pending In', passes: true, becomes: 'None', reply: 'unsubscribed' },
      { state: 'None + Pending Out+In', passes: true, becomes: 'None + Pending Out', reply: 'unsubscribed' },
      { state: 'To', passes: false },
      { state: 'To + Pending In', passes: true, becomes: 'To', reply: 'unsubscribed' },
      { state: 'From', passes: true, becomes: 'None', reply: 'unsubscribed' },
      { state: 'From + Pending Out', passes: true, becomes: 'None + Pending Out', reply: 'unsubscribed' },
      { state: 'Both', passes: true, becomes: 'To', reply: 'unsubscribed' },
      { state: 'From', approved: true, passes: true, becomes: 'None', approves: true, reply: 'unsubscribed' },
    ],
  },
  {
    title: 'Table 8',
    type: 'subscribed',
    rows: [
      { state: 'None', passes: false },
      { state: 'None + Pending Out', passes: true, becomes: 'To' },
      { state: 'None + Pending In', passes: false },
      { state: 'None + Pending Out+In', passes: true, becomes: 'To + Pending In' },
      { state: 'To', passes: false },
      { state: 'To + Pending In', passes: false },
      { state: 'From', passes: false },
      { state: 'From + Pending Out', passes: true, becomes: 'Both' },
      { state: 'Both', passes: false },
      { state: 'None + Pending Out', approved: true, passes: true, becomes: 'To', approves: true },
    ],
  },
  {
    title: 'Table 9',
    type: 'unsubscribed',
    rows: [
      { state: 'None', passes: false },
      { state: 'None + Pending Out', passes: true, becomes: 'None' },
      { state: 'None + Pending In', passes: false },
      { state: 'None + Pending Out+In', passes: true, becomes: 'None + Pending In' },
      { state: 'To', passes: true, becomes: 'None' },
      { state: 'To + Pending In', passes: true, becomes: 'None + Pending In' },
      { state: 'From', passes: false },
      { state: 'From + Pending Out', passes: true, becomes: 'From' },
      { state: 'Both', passes: true, becomes: 'From' },
      { state: 'None', approved: true, passes: false, approves: true },
      { state: 'To', approved: true, passes: true, becomes: 'None', approves: true },
    ],
  },
];

/** Where the contact is not in the roster: the same rows, as §A.1 says of "None". */
const STRANGER_STATES: ReadonlySet<StateName> = new Set<StateName>(['None', 'None + Pending In']);

/** An account with one resource that is available and has the roster, and a contact in one of the states. */
class Scene {
  readonly world = new ImWorld();
  juliet: FakeClient | undefined;

  static async with(row: Row, listed: boolean): Promise<Scene> {
    const scene = new Scene();
    const { world } = scene;
    await world.account('juliet');
    const [subscription, ask, pending] = STATES[row.state];
    const approved = row.approved ?? false;
    const isKnown = listed || pending;
    const parts = { subscription, ask, approved, listed, ...(pending ? { pendingIn: REQUEST } : {}) };
    if (isKnown) await world.item(USER, CONTACT, parts);
    scene.juliet = await world.online(`${USER}/balcony`);
    world.sent();
    return scene;
  }

  async sends(type: Type): Promise<void> {
    this.juliet?.sends(`<presence to='${CONTACT}' type='${type}' id='new'/>`);
    await this.world.settle();
  }

  async gets(type: Type): Promise<void> {
    await this.world.comes(`<presence from='${CONTACT}' to='${USER}' type='${type}' id='new'/>`);
  }

  /** The state that the store has, and whether requests are approved in advance. */
  async state(): Promise<{ readonly state: string; readonly approved: boolean; readonly listed: boolean }> {
    const item = await this.world.itemIn(USER, CONTACT);
    return { state: nameOf(item), approved: item?.approved ?? false, listed: item?.listed ?? false };
  }
}

function nameOf(item: RosterItem | undefined): string {
  const wanted = [item?.subscription ?? 'none', item?.ask ?? false, item?.pendingIn !== undefined];
  const found = Object.entries(STATES).find(([, parts]) => parts.every((part, index) => part === wanted[index]));
  return found?.[0] ?? `no state: ${wanted.join(' ')}`;
}

/** The roster push that shows a state. */
function pushOf(state: StateName, approved: boolean): string {
  const [subscription, ask] = STATES[state];
  const flags = [approved ? 'approved=true' : '', ask ? 'ask=subscribe' : '', `subscription=${subscription}`];
  return [CONTACT, ...flags.filter((flag) => flag !== '')].join(' ');
}

function hasFrom(state: StateName): boolean {
  return STATES[state][0] === 'from' || STATES[state][0] === 'both';
}

/** What the change of the contact's right to see the user's presence makes the server send. */
function presenceFor(row: Row): string[] {
  const [before, after] = [hasFrom(row.state), hasFrom(row.becomes ?? row.state)];
  if (before === after) return [];
  return [after ? `presence ${USER}/balcony→${CONTACT}` : `presence unavailable ${USER}/balcony→${CONTACT}`];
}

/** "While the user is still subscribed": the end of presence goes out before the word about it. §3.2.2 */
function inOrder(word: readonly string[], row: Row): string[] {
  return hasFrom(row.state) ? [...presenceFor(row), ...word] : [...word, ...presenceFor(row)];
}

function titleOf(row: Row, listed: boolean): string {
  const approved = row.approved ? ', approved in advance' : '';
  return `${row.state}${approved}${listed ? '' : ', not in the roster'} → ${row.becomes ?? 'no state change'}`;
}

function variants(table: Table): readonly (readonly [Row, boolean])[] {
  return table.rows.flatMap((row): (readonly [Row, boolean])[] => {
    const isStranger = STRANGER_STATES.has(row.state) && !row.approved;
    return isStranger
      ? [
          [row, true],
          [row, false],
        ]
      : [[row, true]];
  });
}

describe('RFC 6121 Appendix A subscription states', () => {
  describe('§A.2 outbound', () => {
    for (const table of OUTBOUND) {
      for (const [row, listed] of variants(table)) {
        it(`${table.title}: ${table.type}, ${titleOf(row, listed)}, ${row.passes ? '' : 'not '}routed`, async () => {
          const scene = await Scene.with(row, listed);
          await scene.sends(table.type);
          const after = row.becomes ?? row.state;
          const approved = row.approves ?? false;
          const isListed = listed || table.type === 'subscribe' || table.type === 'subscribed';
          expect(await scene.state()).to.deep.equal({ state: after, approved, listed: isListed });
          const routed = row.passes ? [`presence ${table.type} #new ${USER}→${CONTACT}`] : [];
          expect(scene.world.sent(), 'routed').to.deep.equal(inOrder(routed, row));
          const isChanged = after !== row.state || approved !== (row.approved ?? false) || isListed !== listed;
          const got = scene.juliet?.take() ?? [];
          const isPushed = isChanged && isListed;
          expect(pushes(got), 'pushed').to.deep.equal(isPushed ? [pushOf(after, approved)] : []);
          expect(withoutPushes(got), 'delivered').to.deep.equal([]);
        });
      }
    }
  });

  describe('§A.3 inbound', () => {
    for (const table of INBOUND) {
      for (const [row, listed] of variants(table)) {
        it(`${table.title}: ${table.type}, ${titleOf(row, listed)}, ${row.passes ? '' : 'not '}delivered`, async () => {
          const scene = await Scene.with(row, listed);
          await scene.gets(table.type);
          const after = row.becomes ?? row.state;
          const approved = row.approves ?? false;
          expect(await scene.state()).to.deep.equal({ state: after, approved, listed });
          const got = scene.juliet?.take() ?? [];
          const delivered = row.passes ? [`presence ${table.type} #new ${CONTACT}→${USER}`] : [];
          expect(withoutPushes(got), 'delivered').to.deep.equal(delivered);
          const isPushed = listed && after !== row.state;
          expect(pushes(got), 'pushed').to.deep.equal(isPushed ? [pushOf(after, approved)] : []);
          const order = got.map((stanza) => (isPush(stanza) ? 'push' : 'word'));
          expect(order, 'the word comes before the push').to.deep.equal([...order].sort().reverse());
          const replies = row.reply ? [`presence ${row.reply} #new ${USER}→${CONTACT}`] : [];
          expect(scene.world.sent(), 'answered').to.deep.equal(inOrder(replies, row));
        });
      }
    }
  });
});
