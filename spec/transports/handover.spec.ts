import { expect } from 'chai';
import { DEFAULT_MANAGEMENT_LIMITS, Resumptions } from '../../lib/core/resumptions.ts';
import { attributeNS, type Element } from '../../lib/xml/index.ts';
import type { TransportInfo } from '../../lib/xmpp/transport.ts';
import { jid, World, type FakeClient } from '../core/world.ts';
import { StreamClient } from '../support/stream-client.ts';

const SM = 'urn:xmpp:sm:3';
const HF = 'urn:holdfast:handover:0';
const PAGE = 'https://chat.example';
const WINDOW = 60_000;

function message(id: string): string {
  return `<message xmlns='jabber:client' id='${id}' to='bob@capulet.example/tab'><body>x</body></message>`;
}

/** Bob, whose session has a token, and others who claim it. */
class Claims {
  readonly world = new World();
  readonly resumptions: Resumptions;
  readonly bob: StreamClient;
  readonly alice: FakeClient;
  id = '';
  token = '';

  private constructor(info: Partial<TransportInfo>, handover: boolean) {
    this.resumptions = new Resumptions(this.world.clock, this.world.random, {
      window: WINDOW,
      sessions: 10,
      remembered: 10,
      handover,
      limits: DEFAULT_MANAGEMENT_LIMITS,
    });
    this.bob = this.connect(info);
    this.alice = this.world.client('alice@capulet.example/tab');
  }

  static async begin(info: Partial<TransportInfo> = { page: PAGE }, handover = true): Promise<Claims> {
    const claims = new Claims(info, handover);
    await claims.world.host.accounts.create(jid('bob@capulet.example'), 'secret');
    claims.world.start();
    await claims.bob.login('bob');
    await claims.bob.bind('tab');
    claims.bob.says(`<enable xmlns='${SM}' resume='true' xmlns:hf='${HF}' hf:handover='1'/>`);
    const enabled = await claims.bob.next();
    claims.id = enabled.attrs['id'] ?? '';
    claims.token = attributeNS(enabled, HF, 'token') ?? '';
    return claims;
  }

  connect(info: Partial<TransportInfo> = { page: PAGE }): StreamClient {
    return new StreamClient(this.world, { info, resumptions: this.resumptions });
  }

  /** Another stream that claims the session; what it is told. */
  async claim({
    h = 0,
    ordinal = 1,
    token = this.token,
    id = this.id,
    info = { page: PAGE },
  }: {
    h?: number | string;
    ordinal?: number;
    token?: string;
    id?: string;
    info?: Partial<TransportInfo>;
  } = {}): Promise<[StreamClient, Element]> {
    const client = this.connect(info).opens();
    await client.next();
    client.says(
      `<resume xmlns='${SM}' previd='${id}' h='${h}' xmlns:hf='${HF}' hf:token='${token}' hf:ordinal='${ordinal}'/>`,
    );
    return [client, await client.next()];
  }

  /** The condition of a claim that is refused. */
  async refusal(claim: Parameters<Claims['claim']>[0]): Promise<string | undefined> {
    const [, answer] = await this.claim(claim);
    return answer.name === 'failed' ? answer.getChildElements()[0]?.name : answer.name;
  }

  /** Alice writes to Bob. */
  writes(...ids: string[]): void {
    for (const id of ids) this.alice.sends(message(id));
    this.world.clock.endTurn();
  }
}

/** The token of an answer. */
function tokenOf(answer: Element): string {
  return attributeNS(answer, HF, 'token') ?? '';
}

describe('the handover of a session, in one round trip', () => {
  it('the claim names h, token and ordinal; the answer comes before any stanza, and what is missing after it', async () => {
    const claims = await Claims.begin();
    claims.writes('1', '2', '3');
    const [other, resumed] = await claims.claim({ h: 1 });
    expect([resumed.name, resumed.attrs['previd'], resumed.attrs['h']]).to.deep.equal(['resumed', claims.id, '0']);
    expect(attributeNS(resumed, HF, 'gen')).to.equal('1');
    expect(other.unread).to.deep.equal(['message', 'message']);
    claims.writes('4');
    expect(other.unread).to.deep.equal(['message', 'r']);
  });

  it('the old transport is told of the conflict, and nothing is executed that still comes on it', async () => {
    const claims = await Claims.begin();
    await claims.claim();
    expect(claims.bob.end?.condition).to.equal('conflict');
    claims.bob.says(`<message xmlns='jabber:client' to='alice@capulet.example/tab' id='late'/>`);
    expect(claims.alice.got()).to.deep.equal([]);
  });

  it('what the client says to have is acknowledged, and the server says what it has', async () => {
    const claims = await Claims.begin();
    claims.writes('1', '2');
    claims.bob.says(`<message xmlns='jabber:client' to='alice@capulet.example/tab' id='a'/>`);
    const [other, resumed] = await claims.claim({ h: 2 });
    expect([resumed.attrs['h'], other.unread]).to.deep.equal(['1', []]);
  });

  it('each takeover gives another token; the one before is good until something comes on the new transport', async () => {
    const claims = await Claims.begin();
    const [, first] = await claims.claim({ ordinal: 1 });
    expect(tokenOf(first))
      .to.match(/^[a-z2-7]{52}$/)
      .and.not.equal(claims.token);
    const [other, second] = await claims.claim({ ordinal: 2 });
    expect(second.name).to.equal('resumed');
    other.says(`<r xmlns='${SM}'/>`);
    expect((await claims.claim({ ordinal: 3, token: tokenOf(second) }))[1].name).to.equal('resumed');
  });

  it('who uses a token that is spent has stolen it: the session ends', async () => {
    const claims = await Claims.begin();
    const [other, resumed] = await claims.claim({ ordinal: 1 });
    other.says(`<r xmlns='${SM}'/>`);
    expect(await claims.refusal({ ordinal: 2 })).to.equal('item-not-found');
    expect(other.end?.condition).to.equal('not-authorized');
    expect(await claims.refusal({ ordinal: 3, token: tokenOf(resumed) })).to.equal('item-not-found');
  });

  it('an attempt that a later one has overtaken is refused, spent token or not, and changes nothing', async () => {
    const claims = await Claims.begin();
    const [other] = await claims.claim({ ordinal: 2 });
    expect(await claims.refusal({ ordinal: 1 })).to.equal('item-not-found');
    expect(await claims.refusal({ ordinal: 2 })).to.equal('item-not-found');
    other.says(`<r xmlns='${SM}'/>`);
    expect(await claims.refusal({ ordinal: 1 })).to.equal('item-not-found');
    expect(other.end).to.equal(undefined);
  });

  it('of two that race exactly one has the session, and the other is told', async () => {
    const claims = await Claims.begin();
    const [first] = await claims.claim({ ordinal: 1 });
    const [second] = await claims.claim({ ordinal: 2 });
    claims.writes('1');
    expect([first.end?.condition, second.end]).to.deep.equal(['conflict', undefined]);
    expect(second.unread).to.deep.equal(['message', 'r']);
  });

  it('h beyond what was sent, or below what was acknowledged, is refused, and the session stays where it is', async () => {
    const claims = await Claims.begin();
    claims.writes('1', '2');
    claims.bob.says(`<a xmlns='${SM}' h='1'/>`);
    expect(await claims.refusal({ h: 3 })).to.equal('item-not-found');
    expect(await claims.refusal({ h: 0 })).to.equal('item-not-found');
    expect(claims.bob.end).to.equal(undefined);
    expect(await claims.refusal({ h: 2 })).to.equal('resumed');
  });

  it('a claim that is not complete is refused', async () => {
    const claims = await Claims.begin();
    expect(await claims.refusal({ h: 'x' })).to.equal('bad-request');
  });

  it('a session of TLS is not taken over from where others can read along', async () => {
    const claims = await Claims.begin();
    expect(await claims.refusal({ info: { page: PAGE, secure: false } })).to.equal('item-not-found');
    const open = await Claims.begin({ secure: false, loopback: true });
    expect(await open.refusal({ info: { secure: true } })).to.equal('resumed');
  });

  it('a page of another origin does not get it; where a browser says nothing of the origin, it is the same', async () => {
    const claims = await Claims.begin();
    expect(await claims.refusal({ info: { page: 'https://evil.example' } })).to.equal('item-not-found');
    expect(await claims.refusal({ info: { page: undefined } })).to.equal('resumed');
  });

  it('a wrong token, an unknown session, and one that nobody may resume look alike', async () => {
    const claims = await Claims.begin();
    expect(await claims.refusal({ token: 'a'.repeat(52) })).to.equal('item-not-found');
    expect(await claims.refusal({ id: 'none' })).to.equal('item-not-found');
    claims.bob.stream.closed('graceful', []);
    expect(await claims.refusal({})).to.equal('item-not-found');
  });

  it('ten wrong claims of an address within a minute, and no claim of it is looked at', async () => {
    const claims = await Claims.begin();
    for (let count = 0; count < 10; count += 1) await claims.refusal({ token: 'wrong' });
    expect(await claims.refusal({})).to.equal('policy-violation');
    expect(await claims.refusal({ info: { page: PAGE, address: '198.51.100.7' } })).to.equal('resumed');
    claims.world.clock.advance(60_000);
    expect(await claims.refusal({ ordinal: 2 })).to.equal('resumed');
  });

  it('five wrong claims on one stream end it', async () => {
    const claims = await Claims.begin();
    const [client] = await claims.claim({ token: 'wrong' });
    for (let count = 1; count < 5; count += 1) {
      client.says(`<resume xmlns='${SM}' previd='x' h='0' xmlns:hf='${HF}' hf:token='x' hf:ordinal='1'/>`);
    }
    expect(client.end?.condition).to.equal('policy-violation');
  });

  it('who is refused may log in on the same stream', async () => {
    const claims = await Claims.begin();
    const [client] = await claims.claim({ token: 'wrong' });
    client.auth('PLAIN', '\0bob\0secret');
    expect((await client.next()).name).to.equal('success');
  });

  it('a session whose client is away is taken over, until its time has passed', async () => {
    const claims = await Claims.begin();
    claims.bob.stream.closed('lost', []);
    claims.writes('1');
    const [other, resumed] = await claims.claim();
    expect([resumed.name, other.unread]).to.deep.equal(['resumed', ['message']]);
    other.stream.closed('lost', []);
    claims.world.clock.advance(WINDOW);
    expect(await claims.refusal({ ordinal: 2, token: tokenOf(resumed) })).to.equal('item-not-found');
  });

  it('the standard form makes the token worthless, unless it asks for another', async () => {
    const claims = await Claims.begin();
    const resume = async (attributes: string): Promise<Element> => {
      const client = await claims.connect().login('bob');
      client.says(`<resume xmlns='${SM}' previd='${claims.id}' h='0' xmlns:hf='${HF}' ${attributes}/>`);
      return client.next();
    };
    const asked = await resume(`hf:handover='1'`);
    expect(tokenOf(asked)).to.have.length(52);
    expect(await claims.refusal({ token: tokenOf(asked) })).to.equal('resumed');
    expect(tokenOf(await resume(''))).to.equal('');
    expect(await claims.refusal({ ordinal: 9, token: tokenOf(asked) })).to.equal('item-not-found');
  });

  it('who does not ask for a token gets none, and where it is switched off nobody does', async () => {
    const claims = await Claims.begin(undefined, false);
    expect([claims.token, await claims.refusal({})]).to.deep.equal(['', 'item-not-found']);
  });
});
