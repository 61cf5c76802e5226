import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { DEFAULT_MANAGEMENT_LIMITS, Resumptions, type ResumptionPolicy } from '../../lib/core/resumptions.ts';
import type { StreamError } from '../../lib/xmpp/stream-error.ts';
import { FakeTransport, World, jid, type FakeClient } from '../core/world.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const WINDOW = seconds(300);
const BOB = 'bob@capulet.example/tab';

/** One client with stream management, another one that writes to it, and time that stands still. */
class Scene {
  readonly world = new World().start();
  readonly resumptions: Resumptions;
  readonly alice: FakeClient;
  readonly released: StreamError[] = [];
  bob: FakeClient;
  id: string;

  constructor(policy: Partial<ResumptionPolicy> = {}) {
    this.resumptions = new Resumptions(this.world.clock, new SeededRandom(1), {
      window: WINDOW,
      sessions: 10,
      remembered: 2,
      handover: true,
      limits: DEFAULT_MANAGEMENT_LIMITS,
      ...policy,
    });
    this.alice = this.world.client('alice@capulet.example/tab').isAvailable();
    this.bob = this.world.client(BOB).isAvailable();
    this.id = this.manage(this.bob);
  }

  manage({ session }: FakeClient): string {
    const management = this.resumptions.manage(session, (error) => void this.released.push(error));
    this.resumptions.enable(session, management, WINDOW, false);
    return management.id;
  }

  writes(...ids: string[]): void {
    for (const id of ids)
      this.alice.sends(`<message xmlns='jabber:client' id='${id}' to='${BOB}'><body>x</body></message>`);
    this.world.clock.endTurn();
  }

  loses(): void {
    this.bob.session.closed('lost', []);
  }

  /** A new transport for the session, and what it is given. */
  resumes(h: number): string[] {
    const transport = new FakeTransport();
    const session = this.resumptions.find(this.id, jid(BOB).bare);
    session?.resume(h, transport, () => undefined, session.management?.resumed(undefined));
    return transport.sent.map(({ element }) => element.attrs['id'] ?? element.name);
  }

  get isThere(): boolean {
    return this.world.host.sessions.find(jid(BOB)) !== undefined;
  }
}

describe('XEP-0198 §5: a session without its client', () => {
  it('waits for its client, and what comes for it waits, too', () => {
    const scene = new Scene();
    scene.writes('1');
    scene.loses();
    scene.writes('2', '3');
    scene.world.clock.advance(WINDOW - 1);
    expect([scene.isThere, scene.resumptions.away]).to.deep.equal([true, 1]);
    expect(scene.resumes(1)).to.deep.equal(['resumed', '2', '3']);
    expect(scene.resumptions.away).to.equal(0);
    scene.world.clock.advance(WINDOW);
    expect(scene.isThere).to.equal(true);
  });

  it('§4 ends when the window has passed; who wrote hears of what was not delivered', () => {
    const scene = new Scene();
    scene.writes('1');
    scene.loses();
    scene.writes('2');
    scene.alice.take();
    scene.world.clock.advance(WINDOW);
    expect([scene.isThere, scene.resumptions.away]).to.deep.equal([false, 0]);
    expect(scene.alice.take().map(({ attrs }) => [attrs['id'], attrs['type']])).to.deep.equal([
      ['1', 'error'],
      ['2', 'error'],
    ]);
  });

  it('§5 is remembered for a while, with what it handled', () => {
    const scene = new Scene();
    scene.bob.sends(`<message xmlns='jabber:client' to='alice@capulet.example'/>`);
    scene.loses();
    scene.world.clock.advance(WINDOW);
    const account = jid(BOB).bare;
    expect(scene.resumptions.find(scene.id, account)).to.equal(undefined);
    expect(scene.resumptions.handledIn(scene.id, account)).to.equal(1);
    expect(scene.resumptions.handledIn(scene.id, jid('alice@capulet.example'))).to.equal(undefined);
    for (let count = 0; count < 2; count += 1) {
      const other = scene.world.client('carol@capulet.example/tab');
      scene.manage(other);
      other.session.closed('graceful', []);
    }
    expect(scene.resumptions.handledIn(scene.id, account)).to.equal(undefined);
  });

  it('ends when more waits than may', () => {
    const away = { stanzas: 2, bytes: 10_000 };
    const scene = new Scene({ limits: { ...DEFAULT_MANAGEMENT_LIMITS, away } });
    scene.loses();
    scene.writes('1', '2');
    expect(scene.isThere).to.equal(true);
    scene.writes('3');
    expect(scene.isThere).to.equal(false);
    expect(scene.alice.take().filter(({ attrs }) => attrs['type'] === 'error')).to.have.length(3);
  });

  it('does not outlive its carrier when too much waits already, or too many sessions do', () => {
    const scene = new Scene({ sessions: 0 });
    scene.loses();
    expect(scene.isThere).to.equal(false);
    const other = new Scene({ limits: { ...DEFAULT_MANAGEMENT_LIMITS, away: { stanzas: 1, bytes: 10_000 } } });
    other.writes('1', '2');
    other.loses();
    expect(other.isThere).to.equal(false);
  });

  it('a client that acknowledges nothing is ended when too much waits for that', () => {
    const connected = { stanzas: 2, bytes: 10_000 };
    const scene = new Scene({ limits: { ...DEFAULT_MANAGEMENT_LIMITS, connected } });
    scene.writes('1', '2', '3');
    expect(scene.bob.transport.error?.condition).to.equal('resource-constraint');
  });

  it('§5 the stream before is released by the one that takes over, not by the loss', () => {
    const scene = new Scene();
    scene.loses();
    scene.resumes(0);
    expect(scene.released).to.deep.equal([]);
    const other = new Scene();
    other.resumes(0);
    expect(other.released.map(({ condition }) => condition)).to.deep.equal(['conflict']);
  });

  it('makes room for a client that comes anew instead of resuming', () => {
    const scene = new Scene();
    const others = Array.from({ length: 9 }, (_, index) => scene.world.client(`bob@capulet.example/${index}`));
    expect(() => scene.world.client('bob@capulet.example/one more')).to.throw('At most 10');
    scene.loses();
    scene.world.client('bob@capulet.example/one more');
    expect([scene.isThere, others.every(({ transport }) => !transport.isClosed)]).to.deep.equal([false, true]);
  });
});
