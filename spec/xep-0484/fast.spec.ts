import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { Accounts, DEFAULT_TOKEN_POLICY } from '../../lib/core/accounts.ts';
import type { FastTokens } from '../../lib/core/fast-tokens.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_FAST, NS_SASL2 } from '../../lib/xmpp/ns.ts';
import { parseDateTime } from '../../lib/xmpp/payloads/date-time.ts';
import { jid, World } from '../core/world.ts';
import '../support/chai-xml.ts';
import { conditionOf, limiter, StreamClient, type StreamClientOptions } from '../support/stream-client.ts';

const JULIET = 'juliet@capulet.example';
const RIGHT = '\0juliet\0secret';
const MECHANISM = 'HT-SHA-256-NONE';
const ID = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const AGENT = `<user-agent id='${ID}'/>`;
const REQUEST = `<request-token xmlns='urn:xmpp:fast:0' mechanism='${MECHANISM}'/>`;
const FAST = "<fast xmlns='urn:xmpp:fast:0'/>";
const { lifetime, rotation } = DEFAULT_TOKEN_POLICY;

const hmac = (token: string, text: string): Buffer => createHmac('sha256', token).update(text).digest();

describe('XEP-0484 FAST', () => {
  let world: World;

  beforeEach(async () => {
    world = new World().start();
    await world.host.accounts.create(jid(JULIET), 'secret');
  });

  async function opened(options?: StreamClientOptions): Promise<StreamClient> {
    const client = new StreamClient(world, options).opens();
    await client.next();
    return client;
  }

  async function passwordLogin(inside: string): Promise<Element> {
    return (await opened()).authenticates('PLAIN', RIGHT, inside).next();
  }

  function tokenIn(success: Element): string | undefined {
    return success.child('token', NS_FAST)?.attrs['token'];
  }

  async function newToken(): Promise<string> {
    return tokenIn(await passwordLogin(AGENT + REQUEST)) ?? '';
  }

  /** Logs in by token: the answer. */
  async function use(token: string, inside = AGENT + FAST, client?: StreamClient, name = 'juliet'): Promise<Element> {
    const message = Buffer.concat([Buffer.from(`${name}\0`), hmac(token, 'Initiator')]).toString('base64');
    const initial = `<initial-response>${message}</initial-response>`;
    const text = `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='${MECHANISM}'>${initial}${inside}</authenticate>`;
    return (client ?? (await opened())).says(text).next();
  }

  const counted = (count: number | string): string => `${AGENT}<fast xmlns='urn:xmpp:fast:0' count='${count}'/>`;

  describe('§3.1 support', () => {
    const fastOf = (features: Element): Element | undefined =>
      features.child('authentication', NS_SASL2)?.child('inline', NS_SASL2)?.child('fast', NS_FAST);

    it('Example 1: is announced in SASL2, without early data and without channel binding', async () => {
      expect(fastOf(await new StreamClient(world).opens().next())).equalXml(
        `<fast xmlns='urn:xmpp:fast:0'><mechanism>${MECHANISM}</mechanism></fast>`,
      );
    });

    it('is not where guests log in, nor where tokens are switched off', async () => {
      const guests = new World({ anonymous: true }).start();
      expect(fastOf(await new StreamClient(guests).opens().next())).to.equal(undefined);
      const off = tokensOf({ lifetime: 0 });
      expect(off.isOffered).to.equal(false);
    });
  });

  describe('§3.2, §3.3 a token', () => {
    it('Examples 2 and 3: comes with success, if it was asked for', async () => {
      const token = (await passwordLogin(AGENT + REQUEST)).child('token', NS_FAST);
      expect(parseDateTime(token?.attrs['expiry'] ?? '')).to.equal(world.clock.date() + lifetime);
      expect(token?.attrs['token']).to.match(/^[\w-]{43}$/);
      expect(tokenIn(await passwordLogin(AGENT))).to.equal(undefined);
    });

    it('is for a client that has an id, and a mechanism that is on offer', async () => {
      expect(tokenIn(await passwordLogin(REQUEST))).to.equal(undefined);
      const other = REQUEST.replace('NONE', 'ENDP');
      expect(tokenIn(await passwordLogin(AGENT + other))).to.equal(undefined);
    });

    it('is not given with failure', async () => {
      const failure = await (await opened()).authenticates('PLAIN', '\0juliet\0wrong', AGENT + REQUEST).next();
      expect(failure.name).to.equal('failure');
      expect(await world.store.documents.list(JULIET, 'fast')).to.deep.equal([]);
    });

    it('is not in the store, nor what proves it', async () => {
      const token = await newToken();
      const [kept] = await world.store.documents.list(JULIET, 'fast');
      expect(kept?.text).to.contain('verifier');
      expect(kept?.text).not.to.contain(token).and.not.to.contain(hmac(token, 'Initiator').toString('base64'));
    });
  });

  describe('§3.4 authentication', () => {
    it('Example 4: in one round trip, and the server proves itself, too', async () => {
      const token = await newToken();
      const success = await use(token);
      expect(success.child('authorization-identifier', NS_SASL2)?.text).to.equal(JULIET);
      const data = success.child('additional-data', NS_SASL2)?.text ?? '';
      expect(Buffer.from(data, 'base64')).to.deep.equal(hmac(token, 'Responder'));
      expect((await use(token)).name, 'again').to.equal('success');
    });

    it('fails with what is no token of this client of this account', async () => {
      const token = await newToken();
      await world.host.accounts.create(jid('nurse@capulet.example'), 'secret');
      const other = AGENT.replace('d4', '00');
      const failures = [
        await use('x'),
        await use(token, other + FAST),
        await use(token, AGENT + FAST, undefined, 'nurse'),
        await use(token, AGENT + FAST, undefined, 'nobody'),
      ];
      expect(failures.map(conditionOf)).to.deep.equal(failures.map(() => 'failure not-authorized'));
    });

    it('fails without <fast/>, without a client, and with what is no message of the mechanism', async () => {
      const token = await newToken();
      expect(conditionOf(await use(token, AGENT))).to.equal('failure invalid-mechanism');
      expect(conditionOf(await use(token, FAST))).to.equal('failure malformed-request');
      expect(conditionOf(await use(token, counted('x')))).to.equal('failure malformed-request');
      const client = await opened();
      for (const data of ['', 'juliet', 'juliet\0', '\0x', `juliet\0${'x'.repeat(31)}`]) {
        expect(conditionOf(await client.authenticates(MECHANISM, data, AGENT + FAST).next())).to.equal(
          'failure malformed-request',
        );
      }
    });

    it('the name may have any letters', async () => {
      await world.host.accounts.create(jid('жульетта@capulet.example'), 'secret');
      const client = await opened();
      const success = await client.authenticates('PLAIN', '\0жульетта\0secret', AGENT + REQUEST).next();
      expect((await use(tokenIn(success) ?? '', AGENT + FAST, undefined, 'жульетта')).name).to.equal('success');
    });

    it('is bound to its mechanism', async () => {
      const token = await newToken();
      const proof = hmac(token, 'Initiator');
      const claim = { mechanism: 'HT-SHA-256-ENDP', clientId: ID, count: undefined, isInvalidated: false };
      expect((await world.host.accounts.tokens.verify(JULIET, proof, claim)).is).to.equal('wrong');
    });

    it('with a count is good once', async () => {
      const token = await newToken();
      expect((await use(token, counted(1))).name).to.equal('success');
      expect(conditionOf(await use(token, counted(1)))).to.equal('failure not-authorized');
      expect(conditionOf(await use(token, counted(0)))).to.equal('failure not-authorized');
      expect((await use(token, counted(5))).name).to.equal('success');
    });

    it('with a count is good once also when it comes twice at the same time', async () => {
      const token = await newToken();
      const answers = await Promise.all([use(token, counted(1)), use(token, counted(1))]);
      expect(answers.map(({ name }) => name).sort()).to.deep.equal(['failure', 'success']);
    });

    it('failures count as those of passwords do', async () => {
      const client = await opened({ limiter: limiter(world, { perAccount: 1 }) });
      const token = await newToken();
      await use('x', AGENT + FAST, client);
      expect(conditionOf(await use(token, AGENT + FAST, client))).to.equal('failure temporary-auth-failure');
    });

    it('§4.2 a token that has ended fails with credentials-expired', async () => {
      const token = await newToken();
      world.clock.advance(lifetime);
      expect(conditionOf(await use(token))).to.equal('failure credentials-expired');
      expect(conditionOf(await use('x'))).to.equal('failure not-authorized');
    });
  });

  describe('§3.5 rotation', () => {
    it('Example 5: a token of some age is replaced; the old one is good until the new one is used', async () => {
      const old = await newToken();
      await use(old);
      world.clock.advance(rotation - 1);
      expect(tokenIn(await use(old))).to.equal(undefined);
      world.clock.advance(1);
      const next = tokenIn(await use(old)) ?? '';
      expect(next).to.have.length(43);
      const newest = tokenIn(await use(old)) ?? '';
      expect(conditionOf(await use(next)), 'one that was never used').to.equal('failure not-authorized');
      expect((await use(newest)).name).to.equal('success');
      expect(conditionOf(await use(old))).to.equal('failure not-authorized');
    });

    it('each client has a token of its own', async () => {
      const [mine, other] = [await newToken(), AGENT.replace('d4', '00')];
      const theirs = tokenIn(await passwordLogin(other + REQUEST)) ?? '';
      expect((await use(theirs, other + FAST)).name).to.equal('success');
      expect((await use(mine)).name).to.equal('success');
    });
  });

  describe('§3.6 invalidation', () => {
    const INVALIDATE = `${AGENT}<fast xmlns='urn:xmpp:fast:0' invalidate='true'/>`;

    it('Example 6: the token is good for this once, and is not replaced', async () => {
      const token = await newToken();
      world.clock.advance(rotation);
      const success = await use(token, INVALIDATE);
      expect([success.name, tokenIn(success)]).to.deep.equal(['success', undefined]);
      expect(conditionOf(await use(token))).to.equal('failure not-authorized');
      expect(await world.store.documents.list(JULIET, 'fast')).to.deep.equal([]);
    });

    it('unless another is asked for', async () => {
      const token = tokenIn(await use(await newToken(), INVALIDATE + REQUEST)) ?? '';
      expect((await use(token)).name).to.equal('success');
    });

    it('by a new password', async () => {
      const token = await newToken();
      await world.host.accounts.setPassword(jid(JULIET), 'other');
      expect(conditionOf(await use(token))).to.equal('failure not-authorized');
    });

    it('by the end of the account', async () => {
      const token = await newToken();
      await world.host.removeAccount(jid(JULIET));
      await world.host.accounts.create(jid(JULIET), 'secret');
      expect(conditionOf(await use(token))).to.equal('failure not-authorized');
    });
  });

  function tokensOf(policy: Partial<typeof DEFAULT_TOKEN_POLICY>): FastTokens {
    const { store, random, clock } = world;
    const tokens = { ...DEFAULT_TOKEN_POLICY, ...policy };
    return new Accounts({ store, random, clock, iterations: 1, tokens }).tokens;
  }

  it('of more clients than there may be, the one whose token ends first has none', async () => {
    const tokens = tokensOf({ clients: 2 });
    const issued: string[] = [];
    for (const clientId of ['a', 'b', 'c']) {
      issued.push((await tokens.issue(JULIET, clientId, MECHANISM)).token);
      world.clock.advance(seconds(1));
    }
    const verdicts = await Promise.all(
      issued.map(async (token, index) => {
        const claim = { mechanism: MECHANISM, clientId: 'abc'.charAt(index), count: undefined, isInvalidated: false };
        return (await tokens.verify(JULIET, hmac(token, 'Initiator'), claim)).is;
      }),
    );
    expect(verdicts).to.deep.equal(['wrong', 'right', 'right']);
  });

  it('nothing secret is logged', async () => {
    const token = await newToken();
    await use('x');
    await use(token);
    const lines = JSON.stringify(world.log.lines);
    for (const secret of [token, hmac(token, 'Initiator').toString('base64'), ID]) expect(lines).not.to.contain(secret);
  });
});
