import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Accounts } from '../../lib/core/accounts.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { SaslStep } from '../../lib/xmpp/sasl/mechanism.ts';
import { Scram } from '../../lib/xmpp/sasl/scram.ts';
import type { ChannelBinding } from '../../lib/xmpp/transport.ts';
import { NS_SASL } from '../../lib/xmpp/ns.ts';
import { jid, World } from '../core/world.ts';
import { ScramClient, type ScramClientOptions } from '../support/scram-client.ts';
import { StreamClient, type StreamClientOptions } from '../support/stream-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const EXPORTER = { type: 'tls-exporter', data: Buffer.from('THIS IS FAKE CB DATA') };
const END_POINT = { type: 'tls-server-end-point', data: Buffer.from('the hash of a certificate') };
const UNIQUE = { type: 'tls-unique', data: Buffer.from('the first Finished message'), isHidden: true } as const;
const BINDINGS: readonly ChannelBinding[] = [EXPORTER, END_POINT, UNIQUE];
const OFFER = { mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'], bindings: BINDINGS };

/** The example of XEP-0474 §6.3: user "user" with password "pencil". */
const EXAMPLE = {
  clientNonce: '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6',
  serverNonce: 'a09117a6-ac50-4f2f-93f1-93799c2bddf6',
  salt: 'QSXCR+Q6sek8bf92',
  hashOfOffer: 'G6k/rBLDqgOhRRaCuuatSDFkJ08=',
  extension: ',x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3',
  proof: 'M/SIDjT+dfcxUh89jZEypRvFxB4=',
  signature: 'MQrMPvv7yv4x4Cq4W4Ih25EqS2c=',
};

describe('RFC 5802 §6: channel binding', () => {
  const failed = (condition: string): object => ({ step: 'failure', condition });

  /** Goes on from the first message: what the account has. */
  async function challenged(scram: Scram): Promise<string> {
    const accounts = new Accounts({
      store: createMemoryStore(),
      random: { bytes: () => Buffer.from(EXAMPLE.salt, 'base64') },
      clock: new VirtualClock(),
      iterations: 4096,
    });
    const user = jid('user@example.org');
    await accounts.create(user, 'pencil');
    const step = scram.answer({ about: 'scram', ...(await accounts.scramKeys(user, 'sha-1')) });
    return step.step === 'challenge' ? step.data : '';
  }

  function scram(isBound: boolean): Scram {
    return new Scram({ hash: 'sha-1', isBound, nonce: EXAMPLE.serverNonce, offer: OFFER });
  }

  /** How an honest or dishonest client fares. */
  async function run(isBound: boolean, client: Partial<ScramClientOptions>): Promise<SaslStep> {
    const server = scram(isBound);
    const options = { hash: 'sha1', name: 'user', password: 'pencil', nonce: 'abc', flag: 'n', ...client } as const;
    const other = new ScramClient(options);
    const first = server.respond(other.first);
    return first.step === 'ask' ? server.respond(other.final(await challenged(server))) : first;
  }

  it('XEP-0474 §6.3: the published example', async () => {
    const server = scram(true);
    server.respond(`p=tls-exporter,,n=user,r=${EXAMPLE.clientNonce}`);
    const nonce = `${EXAMPLE.clientNonce}${EXAMPLE.serverNonce}`;
    expect(await challenged(server)).to.equal(`r=${nonce},s=${EXAMPLE.salt},i=4096,h=${EXAMPLE.hashOfOffer}`);
    const final = `c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,r=${nonce}${EXAMPLE.extension},p=${EXAMPLE.proof}`;
    expect(server.respond(final)).to.include({ step: 'success', data: `v=${EXAMPLE.signature}` });
  });

  for (const { type, data } of BINDINGS) {
    it(`succeeds with ${type}, and fails where the client knows another channel`, async () => {
      expect(await run(true, { flag: `p=${type}`, channel: data })).to.include({ step: 'success', username: 'user' });
      expect(await run(true, { flag: `p=${type}`, channel: Buffer.from('of somebody between') })).to.include(
        failed('not-authorized'),
      );
      expect(await run(true, { flag: `p=${type}` })).to.include(failed('not-authorized'));
    });
  }

  it('fails with a type that the server does not have', async () => {
    expect(await run(true, { flag: 'p=tls-other' })).to.include(failed('malformed-request'));
  });

  it('is part of mechanisms with -PLUS, and of no others', async () => {
    for (const flag of ['n', 'y']) expect(await run(true, { flag })).to.include(failed('malformed-request'));
    expect(await run(false, { flag: 'p=tls-exporter', channel: EXPORTER.data })).to.include(
      failed('malformed-request'),
    );
  });

  it('a client that could, and was not told that the server can, is warned: somebody is between them', async () => {
    expect(await run(false, { flag: 'y' })).to.include(failed('mechanism-too-weak'));
  });

  it('a client that cannot logs in without', async () => {
    expect(await run(false, { flag: 'n' })).to.include({ step: 'success' });
  });
});

describe('XEP-0440: what is announced', () => {
  async function features(options: StreamClientOptions): Promise<string> {
    return (await new StreamClient(new World().start(), options).opens().next()).toString();
  }

  const over = (bindings: readonly ChannelBinding[]): StreamClientOptions => ({ info: { name: 'tcp', bindings } });
  const types = (text: string): string[] =>
    Array.from(text.matchAll(/<channel-binding type="([^"]*)"/g), ([, t = '']) => t);

  it('§2 Examples 1 and 2: the types, beside mechanisms of either profile', async () => {
    const text = await features(over(BINDINGS));
    expect(text).to.contain('<sasl-channel-binding xmlns="urn:xmpp:sasl-cb:0">');
    expect(types(text)).to.deep.equal(['tls-exporter', 'tls-server-end-point']);
    for (const list of [/<mechanisms .*?<\/mechanisms>/, /<authentication .*?<\/authentication>/]) {
      expect(list.exec(text)?.[0]).to.contain('<mechanism>SCRAM-SHA-256-PLUS</mechanism>');
    }
  });

  it('§3 rules 4 and 5: mechanisms with -PLUS and types come together, or not at all', async () => {
    const withoutMechanisms = { ...over(BINDINGS), mechanisms: ['SCRAM-SHA-256'] } as const;
    for (const options of [over([]), over([UNIQUE]), withoutMechanisms, { info: { name: 'bosh' } } as const]) {
      const text = await features(options);
      expect(text).to.contain('SCRAM-SHA-256<').and.not.to.contain('-PLUS').and.not.to.contain('channel-binding');
    }
  });

  it('XEP-0474 §6.1: the types are in the hash that the client checks', async () => {
    const mechanisms = ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'] as const;
    const client = new StreamClient(new World().start(), { ...over(BINDINGS), mechanisms }).opens();
    await client.next();
    client.auth('SCRAM-SHA-1-PLUS', 'p=tls-exporter,,n=juliet,r=abc');
    const challenge = await client.next();
    expect(challenge.getNS()).to.equal(NS_SASL);
    const offer = 'SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point';
    const expected = createHash('sha1').update(offer).digest('base64');
    expect(Buffer.from(challenge.text, 'base64').toString())
      .to.match(/,h=[^,]*$/)
      .and.to.contain(`,h=${expected}`);
  });
});
